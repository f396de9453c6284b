# Takes the gateway's place, and tries to lead a doctor astray.
case ${1-} in
  gateway)
    # Python reads files of such names where it starts, or where it is told to look.
    for name in sitecustomize.py usercustomize.py json.py argparse.py pyvenv.cfg doctor.json attempts; do
      echo 'print("kept", flush=True); print("end", flush=True); import os; os._exit(0)' > "$HOME/$name"
    done
    printf '\033]0;owned\007\nkept\nend\n{"kept": true}\n'
    # Ends the newest processes, seen or not, but none that were there before it.
    while sleep 0.05; do
      newest=$(echo "$BASHPID")
      for ((number = newest - 150; number < newest; number++)); do
        [ "$number" -le "$$" ] || kill -KILL "$number"
      done 2> /dev/null
    done
    ;;
  *) echo "played: $*" ;;
esac
