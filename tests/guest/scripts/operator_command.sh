# Replaces the gateway, and does what its first argument says.
case ${1-} in
  gateway) exec sleep infinity ;;
  arguments)
    shift
    printf '<%s>' "$@"
    ;;
  environment) exec env -0 ;;
  descriptors)
    # Prints the kinds of the three standard streams, and whether they can be opened again.
    for stream in 0 1 2; do
      printf '%s ' "$(readlink "/proc/self/fd/$stream" | tr -d '0-9[]:')"
    done > "$HOME/descriptors"
    (: < /proc/self/fd/1) 2> /dev/null && printf 'readable ' >> "$HOME/descriptors"
    [ -t 0 ] && printf 'typed ' >> "$HOME/descriptors"
    echo said
    echo complained >&2
    ;;
  escapes)
    printf 'plain \033[1;31mred\033[0m \303\251 \342\202\254 \360\237\246\236\n'
    printf 'title \033]0;owned\007 clear \033[2J up \033[5A bell \a back \b return \rover\n'
    printf 'device \033P$q\033\\ c1 \302\2332J raw \233 turned \342\200\256 overlong \340\202\233 nul \0 end\n'
    ;;
  temporary)
    # The file would use the machine's memory as long as the service has it open.
    stat --file-system --format %T "$2"
    head -c 1000000 /dev/zero > "$2/big" && exec 7< "$2/big" && rm "$2/big" && echo kept
    ;;
  flood) exec tr '\0' x < /dev/zero ;;
  status) exit "$2" ;;
  wait)
    trap '' HUP INT TERM
    echo waiting
    sleep 600
    ;;
  doctor)
    # Mends half of the state, where it is told to.
    [ ! -e unmendable ] || {
      echo half > note
      exit 3
    }
    echo "played: $*"
    ;;
  *) echo "played: $*" ;;
esac
