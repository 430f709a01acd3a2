# Threads, fibers, fork, pipes, signals, big numbers.
# needs: ruby
cat > /tmp/t.rb << 'RUBY'
puts (1..20).map { |i| i * i }.select(&:even?).sum
counts = Hash.new(0)
"hello world".each_char { |c| counts[c] += 1 }
p counts.sort
p 4.times.map { |i| Thread.new(i) { |x| (1..20000).sum * x } }.map(&:value)
p 2**200
puts "%.15f" % Math.sin(1)
fiber = Fiber.new { 3.times { |i| Fiber.yield i }; :done }
p 4.times.map { fiber.resume }
r, w = IO.pipe
pid = fork { r.close; w.puts "child"; exit!(3) }
w.close
puts r.read
Process.wait(pid)
p $?.exitstatus
got = Queue.new
trap("USR1") { got << "usr1" }
Process.kill("USR1", $$)
puts got.pop
begin; raise "raised"; rescue => e; p e; end
p `echo from a shell`
RUBY
ruby /tmp/t.rb
