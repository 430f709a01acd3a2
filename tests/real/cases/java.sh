# HotSpot: interpreter, C1 and C2; threads, faults as exceptions.
# needs: jvm/java-21-openjdk-riscv64/bin/javac
export PATH=/usr/lib/jvm/java-21-openjdk-riscv64/bin:$PATH
mkdir -p /tmp/java && cd /tmp/java || exit
cat > Main.java << 'JAVA'
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.*;

public class Main {
    static int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

    public static void main(String[] args) throws Exception {
        System.out.println(fib(25) + " " + Math.sin(1) + " " + Math.pow(2, 0.5));
        ExecutorService pool = Executors.newFixedThreadPool(4);
        List<Future<Long>> sums = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            final int k = i;
            sums.add(pool.submit(() -> LongStream.range(0, 100000).map(x -> x * k).sum()));
        }
        for (Future<Long> f : sums) System.out.println(f.get());
        pool.shutdown();
        System.out.println(IntStream.range(0, 1000).parallel().filter(x -> x % 7 == 0).sum());
        try { Object o = null; o.toString(); }
        catch (NullPointerException x) { System.out.println("null"); }
        try { int[] z = new int[1]; z[2] = 1; }
        catch (ArrayIndexOutOfBoundsException x) { System.out.println(x.getMessage()); }
        StringBuilder b = new StringBuilder();
        for (int i = 0; i < 200000; i++) b.append(i % 10);
        System.out.println(b.toString().hashCode());
        System.gc();
        Thread.ofVirtual().start(() -> System.out.println("virtual")).join();
        Process p = new ProcessBuilder("/bin/echo", "from a process").start();
        System.out.print(new String(p.getInputStream().readAllBytes()));
        System.out.println(p.waitFor());
    }
}
JAVA
javac Main.java && for mode in -Xint -XX:TieredStopAtLevel=1 -XX:+UseSerialGC; do
    java $mode Main
done
