/* See page.h. */
#include "tools/explore/page.h"

#include <string.h>
#include "util/check.h"

/* A file of the source tree as a string. */
#define EMBED(name, file)                                                     \
    __asm__(".section .rodata\n" #name ":\n.incbin \"src/tools/explore/" file \
            "\"\n.byte 0\n.previous\n");                                     \
    extern const char name[] __attribute__((visibility("hidden")))

EMBED(explore_html, "page.html");
EMBED(explore_css, "page.css");
EMBED(explore_layout_js, "layout.js");
EMBED(explore_texts_js, "texts.js");
EMBED(explore_views_js, "views.js");
EMBED(explore_way_js, "way.js");
EMBED(explore_js, "page.js");

void page_write(FILE *f, const char *data)
{
    const char *const place[] = {"@style@", "@data@", "@texts@", "@layout@",
                                 "@views@", "@way@",  "@script@"};
    const char *const text[] = {explore_css, data, explore_texts_js,
                                explore_layout_js, explore_views_js,
                                explore_way_js, explore_js};
    const char *html = explore_html;
    for (size_t i = 0; i < sizeof(place) / sizeof(place[0]); i++) {
        const char *at = strstr(html, place[i]);
        check(at, "page.html: no %s", place[i]);
        fwrite(html, 1, (size_t)(at - html), f);
        fputs(text[i], f);
        html = at + strlen(place[i]);
    }
    fputs(html, f);
}
