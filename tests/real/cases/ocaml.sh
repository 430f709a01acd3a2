# Bytecode and native code, domains, a deep stack.
# needs: ocaml ocamlopt gcc
cd /tmp && cat > t.ml << 'ML'
let rec fib n = if n < 2 then n else fib (n - 1) + fib (n - 2)
let rec deep n = if n = 0 then 0 else 1 + deep (n - 1)
let () =
  Printf.printf "%d %.15f %d\n" (fib 22) (sin 1.0) (deep 100000);
  let l = List.init 10 (fun i -> i * i) in
  print_endline (String.concat "," (List.map string_of_int l));
  (try ignore (List.find (fun x -> x > 1000) l)
   with Not_found -> print_endline "not found");
  let d = List.init 3 (fun i -> Domain.spawn (fun () -> fib (18 + i))) in
  List.iter (fun x -> Printf.printf "%d " (Domain.join x)) d;
  print_newline ()
ML
ocaml t.ml
ocamlopt t.ml -o t && ./t
