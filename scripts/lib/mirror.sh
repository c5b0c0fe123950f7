# shellcheck shell=bash
# The Debian mirrors that this machine's own apt uses. Nothing in the repository names a host: what is
# right for one network is wrong for the next.

# debian_mirror [security]   Prints the address of the main archive, or of the security archive; fails
# when apt knows none.
debian_mirror() {
  local codename suite found
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  suite=$codename${1:+-$1}
  # shellcheck disable=SC2016  # apt's placeholders, not ours
  found=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk -v suite="$suite" '$2 == suite && $3 == "main" { print $1; exit }')
  [ -n "$found" ] && printf '%s\n' "$found"
}
