/* Linked lists: building, reversing, merge sort, removal. list [SCALE] */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Node {
    struct Node *next;
    uint32_t key, value;
} Node;

static uint32_t seed = 12345;

static uint32_t next_random(void)
{
    return seed = seed * 1664525u + 1013904223u;
}

static Node *build(Node *pool, int n)
{
    Node *head = NULL;
    for (int i = 0; i < n; i++) {
        Node *node = &pool[(uint64_t)i * 7919 % n];
        node->key = next_random() >> 8;
        node->value = i;
        node->next = head;
        head = node;
    }
    return head;
}

static Node *reverse(Node *list)
{
    Node *done = NULL;
    while (list) {
        Node *next = list->next;
        list->next = done;
        done = list;
        list = next;
    }
    return done;
}

static Node *merge(Node *a, Node *b)
{
    Node head, *tail = &head;
    while (a && b) {
        Node **least = b->key < a->key ? &b : &a;
        tail->next = *least;
        tail = *least;
        *least = (*least)->next;
    }
    tail->next = a ? a : b;
    return head.next;
}

static Node *sort(Node *list)
{
    if (!list || !list->next)
        return list;
    Node *slow = list, *fast = list->next;
    while (fast && fast->next) {
        slow = slow->next;
        fast = fast->next->next;
    }
    Node *second = slow->next;
    slow->next = NULL;
    return merge(sort(list), sort(second));
}

static Node *remove_odd(Node *list)
{
    Node **at = &list;
    while (*at) {
        if ((*at)->key & 1)
            *at = (*at)->next;
        else
            at = &(*at)->next;
    }
    return list;
}

int main(int argc, char **argv)
{
    enum { N = 20011 };
    int scale = argc > 1 ? atoi(argv[1]) : 60;
    Node *pool = malloc(N * sizeof(Node));
    uint64_t hash = 0;
    for (int i = 0; i < scale; i++) {
        Node *list = remove_odd(sort(reverse(build(pool, N))));
        for (uint32_t last = 0; list; list = list->next) {
            if (list->key < last)
                return puts("out of order"), 1;
            last = list->key;
            hash = hash * 31 + list->key + list->value;
        }
    }
    printf("%016llx\n", (unsigned long long)hash);
    return 0;
}
