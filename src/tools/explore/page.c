/* See page.h. */
#include "tools/explore/page.h"

#include <stdlib.h>
#include <string.h>
#include "tools/explore/deflate.h"
#include "util/check.h"

/* A file of the source tree as a string. */
#define EMBED(name, file)                                                      \
    __asm__(".section .rodata\n" #name ":\n.incbin \"src/tools/explore/" file  \
            "\"\n.byte 0\n.previous\n");                                       \
    extern const char name[] __attribute__((visibility("hidden")))

EMBED(explore_html, "page.html");
EMBED(explore_css, "page.css");
EMBED(explore_layout_js, "layout.js");
EMBED(explore_texts_js, "texts.js");
EMBED(explore_source_js, "source.js");
EMBED(explore_views_js, "views.js");
EMBED(explore_way_js, "way.js");
EMBED(explore_link_js, "link.js");
EMBED(explore_js, "page.js");

/* The data, compressed, as text that can stand in HTML; malloc'ed. */
static char *packed(const char *data)
{
    char *text = NULL;
    size_t size, text_size;
    uint8_t *bytes = deflate((const uint8_t *)data, strlen(data), &size);
    FILE *f = open_memstream(&text, &text_size);
    check(f, "out of memory");
    base64_write(f, bytes, size);
    check(fclose(f) == 0, "out of memory");
    free(bytes);
    return text;
}

void page_write(FILE *f, const char *data)
{
    char *pack = packed(data);
    const struct {
        const char *place, *text;
    } parts[] = {
        {"@style@", explore_css},        {"@data@", pack},
        {"@texts@", explore_texts_js},   {"@layout@", explore_layout_js},
        {"@source@", explore_source_js}, {"@views@", explore_views_js},
        {"@way@", explore_way_js},       {"@link@", explore_link_js},
        {"@script@", explore_js},
    };
    const char *html = explore_html;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        const char *at = strstr(html, parts[i].place);
        check(at, "page.html: no %s", parts[i].place);
        fwrite(html, 1, (size_t)(at - html), f);
        fputs(parts[i].text, f);
        html = at + strlen(parts[i].place);
    }
    fputs(html, f);
    free(pack);
}
