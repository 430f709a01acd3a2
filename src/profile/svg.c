/*
 * The flame graph: a box for each node of the tree, as wide as its share of
 * the samples, above its caller; callees in the order of their names.
 *
 * What the picture does is in flame.js: titles, zoom by click or Enter, search.
 * Without scripts it is the whole picture all the same.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "profile/tree.h"
#include "util/check.h"

enum {
    WIDTH = 1200,
    MARGIN = 10,
    ROW = 18,
    TOP = 64,
    BOTTOM = 34,
    CHAR_WIDTH_TENTHS = 67, /* of the font, at most */
};

static const double least_width = 0.4; /* pixels: narrower ones are left out */

/* The script, and a NUL. */
extern const char flame_js[];
__asm__(".section .rodata\n"
        ".global flame_js\n"
        ".type flame_js, @object\n"
        "flame_js: .incbin \"src/profile/flame.js\"\n"
        ".byte 0\n"
        ".size flame_js, . - flame_js\n"
        ".text\n");

typedef struct Svg {
    const Tree *tree;
    FILE *f;
    double scale;    /* pixels of a weight of 1 */
    unsigned height; /* levels */
} Svg;

static void print_text(FILE *f, const char *text, size_t limit)
{
    for (size_t i = 0; text[i] && i < limit; i++) {
        switch (text[i]) {
        case '<': fputs("&lt;", f); break;
        case '>': fputs("&gt;", f); break;
        case '&': fputs("&amp;", f); break;
        case '"': fputs("&quot;", f); break;
        default: fputc(text[i], f);
        }
    }
}

/* One colour for each function: warm ones; files' own shades; grey for what
   is no function. */
static void print_color(FILE *f, const Node *n)
{
    unsigned h = 2166136261u, m = 0;
    for (const char *p = n->function; *p; p++) {
        h = (h ^ (unsigned char)*p) * 16777619u;
    }
    for (const char *p = n->module; *p; p++) {
        m = m * 31 + (unsigned char)*p;
    }
    if (!*n->module || *n->function == '[') {
        fprintf(f, "hsl(215,14%%,%u%%)", 74 + h % 10);
    } else {
        fprintf(f, "hsl(%u,%u%%,%u%%)", 12 + m % 5 * 10, 72 + h % 16,
                60 + (h >> 8) % 14);
    }
}

static void print_label(FILE *f, const Node *n, double x, double y, double w)
{
    size_t room = w > 14 ? (size_t)((w - 8) * 10 / CHAR_WIDTH_TENTHS) : 0;
    size_t length = strlen(n->function);
    fprintf(f, "<text x=\"%.2f\" y=\"%.1f\">", x + 4, y + 12.5);
    if (length <= room) {
        print_text(f, n->function, length);
    } else if (room >= 4) {
        print_text(f, n->function, room - 1);
        fputs("…", f);
    }
    fputs("</text>", f);
}

static void print_title(const Svg *s, const Node *n)
{
    double total = (double)s->tree->root->total;
    fputs("<title>", s->f);
    print_text(s->f, n->function, SIZE_MAX);
    if (*n->module) {
        fputs(" (", s->f);
        print_text(s->f, n->module, SIZE_MAX);
        fputs(")", s->f);
    }
    fprintf(s->f, ": %.2f%%, self %.2f%%</title>",
            100 * (double)n->total / total, 100 * (double)n->self / total);
}

static void print_node(const Svg *s, const Node *n, uint64_t at)
{
    double x = MARGIN + (double)at * s->scale;
    double w = (double)n->total * s->scale;
    double y = TOP + (double)(s->height - n->depth) * ROW;
    fprintf(s->f,
            "<g class=\"n\" tabindex=\"-1\" role=\"button\" data-x=\"%" PRIu64
            "\" data-w=\"%" PRIu64 "\" data-d=\"%u\">",
            at, n->total, n->depth);
    print_title(s, n);
    fprintf(s->f,
            "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%d\" "
            "fill=\"",
            x, y, w, ROW - 1);
    print_color(s->f, n);
    fputs("\"/>", s->f);
    print_label(s->f, n, x, y, w);
    fputs("</g>\n", s->f);
}

static int by_name(const void *a, const void *b)
{
    const Node *x = *(Node *const *)a, *y = *(Node *const *)b;
    return strcmp(x->function, y->function);
}

/* The node is there already; those called by it, from left to right. */
static void print_children(const Svg *s, const Node *parent, uint64_t at)
{
    size_t n = 0;
    for (const Node *c = parent->child; c; c = c->next) {
        n++;
    }
    const Node **child = calloc(n + 1, sizeof(*child));
    check(child, "out of memory");
    n = 0;
    for (const Node *c = parent->child; c; c = c->next) {
        child[n++] = c;
    }
    qsort(child, n, sizeof(*child), by_name);
    for (size_t i = 0; i < n; i++) {
        if ((double)child[i]->total * s->scale >= least_width) {
            print_node(s, child[i], at);
            print_children(s, child[i], at);
        }
        at += child[i]->total;
    }
    free(child);
}

static void print_head(const Svg *s, unsigned height)
{
    const Tree *t = s->tree;
    fprintf(s->f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" "
            "viewBox=\"0 0 %d %u\" width=\"100%%\" "
            "preserveAspectRatio=\"xMinYMin\" role=\"group\" "
            "aria-label=\"Flame graph\" data-total=\"%" PRIu64 "\" "
            "data-width=\"%d\" data-margin=\"%d\">\n"
            "<style>\n"
            "svg{font:11px ui-monospace,Menlo,Consolas,\"DejaVu Sans Mono\","
            "monospace;background:#fff}\n"
            "text{fill:#1a1a1a}\n"
            ".n{cursor:pointer}.n text{pointer-events:none}\n"
            ".n:hover rect,.n:focus rect{stroke:#000;stroke-width:1}\n"
            ".n:focus{outline:none}\n"
            ".n.off{display:none}.n.dim rect{opacity:.45}\n"
            ".n.hit rect{fill:#c05bd6}\n"
            "#title{font:600 17px system-ui,sans-serif}\n"
            "#sub,#info,#found,#reset,#search{font:12px system-ui,sans-serif}\n"
            "#reset,#search{cursor:pointer;fill:#0b57d0}\n"
            "</style>\n",
            WIDTH, height, t->root->total, WIDTH, MARGIN);
    fprintf(s->f,
            "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n"
            "<text id=\"title\" x=\"%d\" y=\"26\">",
            MARGIN);
    const char *slash = strrchr(t->program, '/');
    print_text(s->f, slash ? slash + 1 : t->program, SIZE_MAX);
    fprintf(
        s->f,
        "</text>\n<text id=\"sub\" x=\"%d\" y=\"46\">%.2f s of CPU "
        "time, %" PRIu64 " samples, %u thread%s</text>\n"
        "<text id=\"reset\" x=\"%d\" y=\"26\" text-anchor=\"end\" "
        "visibility=\"hidden\" tabindex=\"0\" role=\"button\">Show all</text>\n"
        "<text id=\"search\" x=\"%d\" y=\"46\" text-anchor=\"end\" "
        "visibility=\"hidden\" tabindex=\"0\" role=\"button\">Search</text>\n",
        MARGIN, 1e-9 * (double)(t->root->total * t->unit), t->nb_samples,
        t->nb_threads, t->nb_threads == 1 ? "" : "s", WIDTH - MARGIN,
        WIDTH - MARGIN);
}

void tree_print_svg(const Tree *t, FILE *f)
{
    static const char all[] = "all";
    unsigned levels = tree_height(t->root);
    unsigned height = TOP + (levels + 1) * ROW + BOTTOM;
    Svg s = {t, f,
             (WIDTH - 2.0 * MARGIN) /
                 (double)(t->root->total ? t->root->total : 1),
             levels};
    Node root = *t->root;
    root.function = all;
    root.module = "";
    print_head(&s, height);
    print_node(&s, &root, 0);
    print_children(&s, t->root, 0);
    fprintf(f,
            "<text id=\"info\" x=\"%d\" y=\"%u\" aria-live=\"polite\">"
            "</text>\n<text id=\"found\" x=\"%d\" y=\"%u\" "
            "text-anchor=\"end\"></text>\n",
            MARGIN, height - 12, WIDTH - MARGIN, height - 12);
    fprintf(f, "<script><![CDATA[\n%s]]></script>\n</svg>\n", flame_js);
}
