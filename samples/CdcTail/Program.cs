using System.Runtime.InteropServices;

namespace CdcTail;

internal static class Program
{
    private const int Done = 0;
    private const int Failed = 1;
    private const int WrongUsage = 2;

    private static async Task<int> Main(string[] words)
    {
        var messages = new Messages(Console.Error, Terminal.ShowsColours(Console.IsErrorRedirected));
        var verbose = false;
        try
        {
            using var stop = new CancellationTokenSource();
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
            using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
            await new CommandLine(async arguments =>
            {
                verbose = arguments.Verbose;
                await new Tail(arguments, messages).RunAsync(stop.Token);
            }).RunAsync(words);
            return Done;

            // The first signal ends the run regularly; a second one, if that takes too long, ends the process.
            void Stop(PosixSignalContext context)
            {
                context.Cancel = !stop.IsCancellationRequested;
                stop.Cancel();
            }
        }
        catch (UsageException e)
        {
            messages.Error($"{e.Message}\nTry --help.");
            return WrongUsage;
        }
        catch (Exception e)
        {
            messages.Error($"{(verbose ? e : e.Message)}");
            return Failed;
        }
    }
}
