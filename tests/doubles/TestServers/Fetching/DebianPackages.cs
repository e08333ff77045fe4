using CdcEmbedded.TestServers.Hosting;

namespace CdcEmbedded.TestServers.Fetching;

/// <summary>
/// Fetches Debian packages with everything they depend on and unpacks them into a folder, without root and without touching the machine's
/// package state: apt works on a private sources list, private lists and an empty status file, as if nothing were installed.
/// </summary>
internal static class DebianPackages
{
    // Pulled in by maintenance scripts that nobody runs here.
    private static readonly string[] _unneededPackages = ["perl_", "perl-", "libperl"];
    private static readonly string[] _unneededFolders = ["usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/lintian"];

    /// <summary>Fills <paramref name="target"/> with the packages' files, from the first of the machine's archives that
    /// has the suite.</summary>
    /// <exception cref="ServerSourceException">No archive of this machine has them, or apt is missing.</exception>
    public static async Task FetchAsync(string suite, IReadOnlyList<string> packages, string target, CancellationToken cancellationToken)
    {
        if (CommandLine.Find("apt-get") is null || CommandLine.Find("dpkg-deb") is null)
        {
            throw new ServerSourceException("this machine has no apt-get and dpkg-deb to fetch Debian packages with");
        }

        IReadOnlyList<AptSource> sources = AptSource.OfThisMachine();
        if (sources.Count == 0)
        {
            throw new ServerSourceException("the apt sources of this machine name no archive of its distribution");
        }

        var failures = new List<string>();
        foreach (AptSource source in sources)
        {
            string work = Directory.CreateTempSubdirectory("cdc-apt-").FullName;
            try
            {
                IEnumerable<string> files = await DownloadAsync(source, suite, packages, work, cancellationToken);
                await UnpackAsync(files, target, cancellationToken);
                return;
            }
            catch (ServerSourceException e)
            {
                failures.Add(e.Message);
            }
            finally
            {
                Directory.Delete(work, recursive: true);
            }
        }

        throw new ServerSourceException(string.Join("; ", failures));
    }

    private static async Task<IEnumerable<string>> DownloadAsync(
        AptSource source, string suite, IReadOnlyList<string> packages, string work, CancellationToken cancellationToken)
    {
        string archives = Path.Combine(work, "archives");
        foreach (string folder in (string[])["sources", "lists/partial", "archives/partial", "state"])
        {
            Directory.CreateDirectory(Path.Combine(work, folder));
        }

        string status = Path.Combine(work, "status");
        await File.WriteAllTextAsync(status, "", cancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(work, "sources", "rig.sources"),
            $"Types: deb\nURIs: {source.Uri}\nSuites: {suite}\nComponents: main\n{source.Trust}",
            cancellationToken);

        CommandLine apt = new CommandLine("apt-get", []).With(Options(
            "Dir::Etc::sourcelist=/dev/null",
            $"Dir::Etc::sourceparts={Path.Combine(work, "sources")}",
            $"Dir::State={Path.Combine(work, "state")}",
            $"Dir::State::lists={Path.Combine(work, "lists")}",
            $"Dir::State::status={status}",
            $"Dir::Cache={work}",
            $"Dir::Cache::archives={archives}",
            "APT::Sandbox::User=root",
            "Debug::NoLocking=true",
            "Acquire::Languages=none",
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false",
            "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false",
            "Acquire::Retries=3",
            "Acquire::http::Timeout=30",
            "Acquire::https::Timeout=30"));

        // Hooks of the machine may fail without root after a successful update, so the download below decides.
        CommandRun update = await CommandRun.RunAsync(apt.With("update"), cancellationToken: cancellationToken);
        CommandRun download = await CommandRun.RunAsync(
            apt.With(["install", "--download-only", "--yes", "--no-install-recommends", .. packages]),
                cancellationToken: cancellationToken);
        return download.ExitCode == 0
            ? Directory.EnumerateFiles(archives, "*.deb")
            : throw new ServerSourceException($"apt-get could not fetch {string.Join(' ', packages)} of {suite}: "
                + CommandRun.LastLines(update.Error + "\n" + download.Error, 8));
    }

    private static async Task UnpackAsync(IEnumerable<string> files, string target, CancellationToken cancellationToken)
    {
        foreach (string file
            in files.Where(file => !_unneededPackages.Any(name => Path.GetFileName(file).StartsWith(name, StringComparison.Ordinal))))
        {
            await CommandRun.RequireAsync(new CommandLine("dpkg-deb", ["-x", file, target]), cancellationToken: cancellationToken);
        }

        foreach (string folder in _unneededFolders.Select(folder => Path.Combine(target, folder)).Where(Directory.Exists))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<string> Options(params string[] options) => options.SelectMany(option => (string[])["-o", option]);
}
