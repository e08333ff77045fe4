namespace CdcTail;

/// <summary>The binlog that comes with the program.</summary>
internal static class Recording
{
    public static string Path => System.IO.Path.Combine(AppContext.BaseDirectory, "recording", "binlog.000001");

    /// <summary>Says what is shown and what to try next.</summary>
    public static void Announce(TextWriter output) => output.WriteLine("""
        A recording of a small shop on MySQL 9.7 (samples/CdcTail/recording), read by the same engine as a live server's log.
        Next:  dotnet run --project samples/CdcTail -- --format json
               dotnet run --project samples/CdcTail -- --transactions
               dotnet run --project samples/CdcTail -- --mysql "Server=127.0.0.1;User ID=cdc;Password=...;SslMode=Required" --from earliest
               dotnet run --project samples/CdcTail -- --help

        """);
}
