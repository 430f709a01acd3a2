/* The memory of a cpu: the backend's part, CPUState, the guest's state. */
#include "backend/backend.h"

size_t backend_cpu_bytes(const Backend *be, size_t state_bytes)
{
    return be->cpu_bytes + offsetof(CPUState, guest) + state_bytes;
}

CPUState *backend_cpu_init(const BackendContext *ctx, const Backend *be,
                           void *memory)
{
    CPUState *cpu = (CPUState *)((uint8_t *)memory + be->cpu_bytes);
    return be->cpu_init(ctx, cpu) ? cpu : NULL;
}
