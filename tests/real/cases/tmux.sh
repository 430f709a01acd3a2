# Pseudo-terminals.
# needs: tmux
export TERM=xterm
t() { tmux -L t -f /dev/null "$@"; }
seen() { t capture-pane -p | grep -qx "$1"; }
t new-session -d -x 80 -y 24 sh
t send-keys 'PS1=; clear; echo he""llo; stty size' Enter
for i in $(seq 30); do seen hello && seen '24 80' && break; sleep 0.2; done
t capture-pane -p | head -n 2
t split-window
t list-panes | wc -l
t kill-server
echo $?
