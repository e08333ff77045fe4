using System.Globalization;
using CdcEmbedded.MongoDb.Double;

// The double as a process of its own, so that a reader can be killed while it continues. Prints READY and the connection string, then one
// line per thousand documents produced; ends with its standard input.
if (args.Contains("--help"))
{
    Console.WriteLine(CommandLineOptions.Usage);
    return 0;
}

CommandLineOptions options;
try
{
    options = CommandLineOptions.Parse(args);
}
catch (FormatException e)
{
    await Console.Error.WriteLineAsync($"{e.Message}\n{CommandLineOptions.Usage}");
    return 2;
}

await using MongoDouble deployment = MongoDouble.Start(options.ToDoubleOptions());
if (options.Replay > 0)
{
    deployment.Replay = new CdcEmbedded.MongoDb.Double.Replay.ReplayFeed(options.Replay, options.EventSize);
}

if (options.CertificateFolder is { } folder)
{
    deployment.Certificates.WritePem(folder);
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"READY {deployment.ConnectionString}"));
using var stopping = new CancellationTokenSource();
Task producing = options.PerSecond > 0 || options.Count > 0
    ? new Producer(deployment, options).RunAsync(stopping.Token)
    : Task.CompletedTask;
while (await Console.In.ReadLineAsync() is not null)
{
    // Only its end matters.
}

await stopping.CancelAsync();
await producing;
return 0;
