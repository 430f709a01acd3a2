# A compiler that writes code while it runs.
# needs: luajit
luajit - << 'LUA'
local s = 0
for i = 1, 2e6 do s = s + i % 7 end
print(s, jit.arch)
local ffi = require("ffi")
ffi.cdef "int abs(int); size_t strlen(const char *);"
print(ffi.C.abs(-5), tonumber(ffi.C.strlen("four")))
local parts = {}
for i = 1, 1000 do parts[#parts + 1] = ("%d"):format(i * i % 97) end
print(#table.concat(parts), pcall(error, "raised"))
LUA
