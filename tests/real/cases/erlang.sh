# Processes in threads, sockets, ports.
# needs: erl
erl -noshell -eval 'P = self(),
[spawn(fun() -> P ! {I, lists:sum(lists:seq(1, I * 100))} end) || I <- lists:seq(1, 20)],
io:format("~w~n", [[receive {I, S} -> S end || I <- lists:seq(1, 20)]]),
io:format("~w~n", [math:sin(1)]),
{ok, L} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}}, {active, false}]),
{ok, Port} = inet:port(L),
spawn(fun() -> {ok, S} = gen_tcp:connect({127, 0, 0, 1}, Port, []), gen_tcp:send(S, "hi") end),
{ok, A} = gen_tcp:accept(L),
io:format("~p~n", [gen_tcp:recv(A, 2)]),
io:format("~s", [os:cmd("echo from a shell")]),
halt().'
