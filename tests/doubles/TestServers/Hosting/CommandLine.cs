namespace CdcEmbedded.TestServers.Hosting;

/// <summary>A program with its leading arguments.</summary>
internal sealed record CommandLine(string Program, IReadOnlyList<string> Arguments)
{
    public CommandLine With(params IEnumerable<string> more) => new(Program, [.. Arguments, .. more]);

    public override string ToString() => Path.GetFileName(Program) + " " + string.Join(' ', Arguments);

    /// <summary>The full path of a program on the PATH, or null.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
}
