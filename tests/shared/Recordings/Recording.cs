using System.IO.Compression;
using System.Text.Json;

namespace CdcEmbedded.MySql.Recordings;

/// <summary>One recorded scenario: binlogs of a real server and the changes that they contain.</summary>
public sealed class Recording
{
    internal static string RepositoryRoot { get; } = FindRoot();

    private Recording(string name, string folder)
    {
        Name = name;
        Folder = folder;
    }

    /// <summary>Server and scenario, as <c>mysql-9.7/numeric</c>.</summary>
    public string Name { get; }

    public string Folder { get; }

    public string[] BinlogFiles => [.. Directory.GetFiles(Folder, "binlog.0*").Order(StringComparer.Ordinal)];

    /// <summary>The recordings in the repository, and all others that the shared folder or CDC_RECORDINGS has.</summary>
    public static IReadOnlyList<Recording> All(string server)
    {
        var found = new SortedDictionary<string, Recording>(StringComparer.Ordinal);
        var shared = Environment.GetEnvironmentVariable("CDC_RECORDINGS") ?? Path.Combine(RepositoryRoot, "..", "shared", "mysql-binlogs");
        foreach (var root in new[] { shared, Path.Combine(RepositoryRoot, "tests", "recordings") })
        {
            var folder = Path.Combine(root, server);
            foreach (var scenario in Directory.Exists(folder) ? Directory.GetDirectories(folder) : [])
            {
                var name = server + "/" + Path.GetFileName(scenario);
                found[name] = new Recording(name, scenario);
            }
        }

        return [.. found.Values];
    }

    public static TheoryData<string> Names(params string[] servers) => new(servers.SelectMany(All).Select(r => r.Name));

    public static Recording Get(string name) => All(name[..name.IndexOf('/', StringComparison.Ordinal)]).Single(r => r.Name == name);

    public IEnumerable<JsonElement> Expected() => Lines("expected.jsonl").Select(static line => JsonDocument.Parse(line).RootElement);

    /// <summary>Reads the lines of a file of the recording, which may be compressed.</summary>
    public IEnumerable<string> Lines(string file)
    {
        using var reader = Open(file);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    public JsonElement FinalState()
    {
        using var reader = Open("final_state.json");
        return JsonDocument.Parse(reader.ReadToEnd()).RootElement;
    }

    /// <summary>Returns a global variable of the recorded server; null if it has none with that name.</summary>
    public string? Variable(string name) => Lines("server.txt")
        .Where(l => l.StartsWith(name + "=", StringComparison.Ordinal)).Select(l => l[(name.Length + 1)..]).FirstOrDefault();

    public string[][] Events() => [.. File.ReadLines(Path.Combine(Folder, "events.tsv")).Skip(1).Select(l => l.Split('\t'))];

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "CdcEmbedded.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        return folder;
    }

    private StreamReader Open(string file)
    {
        var path = Path.Combine(Folder, file);
        return File.Exists(path) ? new StreamReader(path) : new StreamReader(new GZipStream(File.OpenRead(path + ".gz"),
            CompressionMode.Decompress));
    }
}
