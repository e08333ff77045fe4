namespace CdcEmbedded.MongoDb.Tests.Double;

/// <summary>An official driver, fetched from its package registry, and the script of what it must see.</summary>
internal sealed class OfficialClient
{
    private static readonly TimeSpan _fetchLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan _runLimit = TimeSpan.FromSeconds(90);
    private static readonly string[] _debianPackages = ["python3-pymongo", "python3-bson", "python3-gridfs"];
    private static readonly Lazy<Task<OfficialClient>> _node = new(NodeAsync);
    private static readonly Lazy<Task<OfficialClient>> _python = new(PythonAsync);
    private readonly string _program;
    private readonly string _script;
    private readonly string _folder;

    private OfficialClient(string program, string script, string folder)
    {
        _program = program;
        _script = Path.Combine(AppContext.BaseDirectory, "Double", "clients", script);
        _folder = folder;
    }

    /// <summary>Gets <c>node</c> or <c>python</c>; skips the test with the reason where it cannot be had.</summary>
    public static async Task<OfficialClient> GetAsync(string name)
    {
        try
        {
            // Fetched, or found impossible, once for all tests.
            return await (name == "node" ? _node : _python).Value;
        }
        catch (ClientUnavailableException e) when (Environment.GetEnvironmentVariable("CDC_REQUIRE_SERVERS") != "1")
        {
            Assert.Skip(e.Message);
            throw;
        }
    }

    /// <summary>Runs a scenario, which has to end well.</summary>
    public async Task CheckAsync(string scenario, string uri, string options = "{}")
    {
        ProgramRun run = await ProgramRun.RunAsync(_program, [_script, _folder, scenario, uri, options], Path.GetTempPath(), _runLimit);
        Assert.True(run.ExitCode == 0 && run.Output.Contains("OK", StringComparison.Ordinal), $"{scenario}: {run.Output}");
    }

    private static async Task<OfficialClient> NodeAsync()
    {
        string node = Find("node") ?? throw new ClientUnavailableException("this machine has no node to run the npm package mongodb with");
        string npm = Find("npm") ?? throw new ClientUnavailableException("this machine has no npm to fetch the package mongodb with");
        string folder = await ClientCache.GetOrCreateAsync("node-mongodb", async target =>
        {
            await File.WriteAllTextAsync(Path.Combine(target, "package.json"), """{ "private": true }""");
            await RequireAsync(npm, ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "mongodb"], target);
        });
        return new OfficialClient(node, "scenarios.mjs", folder);
    }

    // The archive of this machine's own distribution, unpacked beside it: the interpreter is then the one that the packages were made for.
    private static async Task<OfficialClient> PythonAsync()
    {
        string python = File.Exists("/usr/bin/python3")
            ? "/usr/bin/python3"
            : throw new ClientUnavailableException("this machine has no /usr/bin/python3 to run python3-pymongo with");
        string apt = Find("apt-get") ?? throw new ClientUnavailableException("this machine has no apt-get to fetch python3-pymongo with");
        string folder = await ClientCache.GetOrCreateAsync("debian-pymongo", async target =>
        {
            await DownloadAsync(apt, target);
            foreach (string package in Directory.EnumerateFiles(target, "*.deb").ToList())
            {
                await RequireAsync("dpkg-deb", ["-x", package, target], target);
                File.Delete(package);
            }
        });
        return new OfficialClient(python, "scenarios.py", Path.Combine(folder, "usr", "lib", "python3", "dist-packages"));
    }

    private static async Task DownloadAsync(string apt, string target)
    {
        string[] download = ["-o", "APT::Sandbox::User=root", "-o", "Acquire::Retries=3", "download", .. _debianPackages];
        if ((await ProgramRun.RunAsync(apt, download, target, _fetchLimit)).ExitCode == 0)
        {
            return;
        }

        // No lists yet: fetch them into a folder of our own, which needs no root.
        string lists = Path.Combine(target, "lists");
        Directory.CreateDirectory(Path.Combine(lists, "partial"));
        string[] own = ["-o", $"Dir::State::lists={lists}", "-o", "Debug::NoLocking=true", "-o", $"Dir::Cache={target}"];
        await ProgramRun.RunAsync(apt, [.. own, "update"], target, _fetchLimit);
        await RequireAsync(apt, [.. own, .. download], target);
        Directory.Delete(lists, recursive: true);
    }

    private static async Task RequireAsync(string program, IEnumerable<string> arguments, string folder)
    {
        ProgramRun run = await ProgramRun.RunAsync(program, arguments, folder, _fetchLimit);
        if (run.ExitCode != 0)
        {
            throw new ClientUnavailableException($"'{Path.GetFileName(program)}' ended with code {run.ExitCode}: {run.Output.Trim()}");
        }
    }

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);
}
