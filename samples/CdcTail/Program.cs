using System.Reflection;
using System.Runtime.InteropServices;
using CdcEmbedded;

namespace CdcTail;

internal static class Program
{
    private const int Done = 0;
    private const int Failed = 1;
    private const int WrongUsage = 2;

    private static async Task<int> Main(string[] words)
    {
        var verbose = false;
        try
        {
            var arguments = Arguments.Parse(words);
            verbose = arguments.Verbose;
            if (arguments.Help || arguments.Version)
            {
                Console.Out.Write(arguments.Help ? Usage.Text : $"CdcTail {Version}\n");
                return Done;
            }

            using var stop = new CancellationTokenSource();
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
            await new Tail(arguments, Console.Error).RunAsync(stop.Token);
            return Done;

            // The first signal ends the run in good order; a second one, where that takes too long, ends the process.
            void Stop(PosixSignalContext context)
            {
                context.Cancel = !stop.IsCancellationRequested;
                stop.Cancel();
            }
        }
        catch (UsageException e)
        {
            Console.Error.WriteLine($"CdcTail: {e.Message}\nTry --help.");
            return WrongUsage;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"CdcTail: {(verbose ? e : e.Message)}");
            return Failed;
        }
    }

    private static string Version => typeof(CdcEngine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        .Split('+')[0] ?? "";
}
