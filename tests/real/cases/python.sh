# Processes, threads, signals, shared memory, sockets, an event loop.
# needs: python3
cat > /tmp/t.py << 'PY'
import asyncio, ctypes, mmap, multiprocessing, os, signal, socket, subprocess
import threading

def square(x):
    return x * x

async def serve():
    async def answer(r, w):
        w.write(b"answer " + await r.read(5))
        w.close()
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    r, w = await asyncio.open_connection(*server.sockets[0].getsockname())
    w.write(b"hello")
    print(await r.read())
    out = await asyncio.create_subprocess_exec("echo", "sub", stdout=-1)
    print((await out.communicate())[0])

if __name__ == "__main__":
    for how in "fork", "spawn", "forkserver":
        with multiprocessing.get_context(how).Pool(2) as pool:
            print(pool.map(square, range(8)))
    asyncio.run(serve())
    m = mmap.mmap(-1, 4096)
    if os.fork() == 0:
        m[:5] = b"child"
        os._exit(0)
    os.wait()
    print(m[:5])
    got = []
    signal.signal(signal.SIGUSR1, lambda s, f: got.append(s))
    for i in range(100):
        os.kill(os.getpid(), signal.SIGUSR1)
    print(len(got))
    signal.signal(signal.SIGALRM, lambda s, f: 1 / 0)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        while True:
            pass
    except ZeroDivisionError:
        print("interrupted")
    total, lock = [0], threading.Lock()
    def add():
        for i in range(5000):
            with lock:
                total[0] += 1
    ts = [threading.Thread(target=add) for i in range(8)]
    [t.start() for t in ts], [t.join() for t in ts]
    print(total)
    print(ctypes.CDLL(None).abs(-7))
    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int),
                                ctypes.POINTER(ctypes.c_int))
    a = (ctypes.c_int * 5)(3, 1, 2, 5, 4)
    ctypes.CDLL(None).qsort(a, 5, 4, callback(lambda x, y: x[0] - y[0]))
    print(list(a))
    x, y = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with open("/etc/hosts") as f:
        socket.send_fds(x, [b"fd"], [f.fileno()])
    data, fds, _, _ = socket.recv_fds(y, 10, 1)
    print(data, os.read(fds[0], 9))
    print(subprocess.run("kill -9 $$", shell=True).returncode)
PY
python3 /tmp/t.py
