# Keys, signatures, the server's check of its settings.
# needs: ssh-keygen sshd
mkdir -p /run/sshd && cd /tmp && rm -f key* allowed
ssh-keygen -q -t ed25519 -N '' -f key1
ssh-keygen -q -t rsa -b 2048 -N '' -f key2
for k in key1 key2; do ssh-keygen -l -f $k.pub | awk '{ print $1, $NF }'; done
printf 'Port 10022\nHostKey /tmp/key1\n' > sshd.conf
/usr/sbin/sshd -t -f /tmp/sshd.conf
echo "sshd -t: $?"
echo "me $(cat key1.pub)" > allowed
ssh-keygen -Y sign -q -f key1 -n file < sshd.conf > key1.sig
ssh-keygen -Y verify -f allowed -I me -n file -s key1.sig < sshd.conf |
    cut -d' ' -f1-4
