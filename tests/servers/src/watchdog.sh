# Runs a server for the program at the other end of standard input, and ends it when that program is gone.
# arguments: the server's directory, and the signal that ends the server
# orders: a line each; a reply is a line, too
directory=$1 signal=$2
server=
# Nobody may be left to read the reply to an order; the server has to be ended all the same.
trap '' PIPE

while read -r order command; do
    case $order in
    run)
        eval "$command" </dev/null >>"$directory/log" 2>&1
        echo $?
        ;;
    start)
        eval "exec $command" </dev/null >>"$directory/log" 2>&1 &
        server=$!
        echo "$server"
        ;;
    kill)
        # Without its parent a child may go on with what it does, so each of them is killed.
        children=$(cat "/proc/$server/task/$server/children" 2>/dev/null)
        kill -s KILL "$server" $children 2>/dev/null
        wait "$server"
        server=
        echo
        ;;
    esac
done

if [ -n "$server" ]; then
    kill -s "$signal" "$server" 2>/dev/null
    wait "$server"
fi
rm -rf "$directory"
