# Commits, a merge, a clone, garbage collection.
# needs: git
export GIT_AUTHOR_DATE='2024-01-01 00:00 +0000' GIT_COMMITTER_DATE='2024-01-01 00:00 +0000'
export GIT_CONFIG_COUNT=3 GIT_CONFIG_KEY_0=user.name GIT_CONFIG_VALUE_0=n \
    GIT_CONFIG_KEY_1=user.email GIT_CONFIG_VALUE_1=n@localhost \
    GIT_CONFIG_KEY_2=init.defaultBranch GIT_CONFIG_VALUE_2=main
rm -rf /tmp/git /tmp/git2 && git init -q /tmp/git && cd /tmp/git || exit
for i in $(seq 20); do seq $i $((i * 50)) > f$i; git add f$i; git commit -qm "c$i"; done
git checkout -q -b side HEAD~5 && echo x > g && git add g && git commit -qm side
git checkout -q main && git merge -q -m merged side
git log --oneline | sed 1q
git gc -q && git fsck 2> /dev/null
git clone -q /tmp/git /tmp/git2 && git -C /tmp/git2 log --oneline | wc -l
git -C /tmp/git2 grep -c '^7' | head -n 3
