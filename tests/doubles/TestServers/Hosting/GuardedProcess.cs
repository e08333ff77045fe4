using System.Diagnostics;
using System.Globalization;

namespace CdcEmbedded.TestServers.Hosting;

/// <summary>
/// A server that cannot outlive this process. A shell between the two reads signal names from a pipe and forwards them; when the pipe
/// closes, because this process ended for any reason, the shell kills the server and removes its folder.
/// </summary>
internal sealed class GuardedProcess : IAsyncDisposable
{
    // $1 log file, $2 folder to remove when orphaned, $3 container name or empty; then the server's command line.
    private const string Script = """
        log=$1; folder=$2; container=$3; shift 3
        exec 3<&0 2>>"$log"
        "$@" >>"$log" 2>&1 </dev/null 3<&- &
        server=$!
        echo "$server"
        {
          send() {
            if [ -n "$container" ]; then docker kill --signal "$1" "$container"; else kill -s "$1" "$server"; fi >/dev/null 2>&1
          }
          trap '' PIPE
          while read -r signal; do send "$signal"; echo sent; done
          trap '' TERM
          send KILL
          rm -rf -- "$folder"
        } <&3 &
        guard=$!
        exec 3<&-
        wait "$server"; status=$?
        kill "$guard" 2>/dev/null
        exit "$status"
        """;

    private readonly Process _shell;

    private GuardedProcess(Process shell, int serverId)
    {
        _shell = shell;
        ServerId = serverId;
    }

    /// <summary>The server's process id; the container client's if the server runs in a container.</summary>
    public int ServerId { get; }

    public bool HasExited => _shell.HasExited;

    public static async Task<GuardedProcess> StartAsync(CommandLine server, InstanceFolder folder, string container)
    {
        var guard = new CommandLine("/bin/sh",
            ["-c", Script, "guard", folder.Log, folder.FullPath, container, server.Program, .. server.Arguments]);
        Process shell = CommandRun.Start(guard, workingDirectory: folder.FullPath, redirectError: false);
        string id = await shell.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The guarding shell ended at once.");
        return new GuardedProcess(shell, int.Parse(id, CultureInfo.InvariantCulture));
    }

    /// <summary>Sends a signal by its name without <c>SIG</c> and returns when it is sent; does nothing if the server has ended.</summary>
    public async Task SignalAsync(string name)
    {
        try
        {
            await _shell.StandardInput.WriteAsync(name + "\n");
            await _shell.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            // The shell has just ended, as it does with the server: the signal has nothing left to do.
            return;
        }

        // The guard's answer, or the end of its output if the signal ended the server.
        await _shell.StandardOutput.ReadLineAsync();
    }

    /// <summary>Waits until the server has ended.</summary>
    public Task ExitedAsync(CancellationToken cancellationToken = default) => _shell.WaitForExitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (!_shell.HasExited)
        {
            await SignalAsync("KILL");
            await _shell.WaitForExitAsync();
        }

        _shell.Dispose();
    }
}
