using CdcEmbedded.TestServers.Hosting;

namespace CdcEmbedded.TestServers.Fetching;

/// <summary>
/// An unpacked tree of Debian packages, including its own C library. Programs run through the tree's dynamic loader, because they need a
/// newer C library than the machine's.
/// </summary>
internal sealed class DebianTree
{
    private readonly string _root;
    private readonly string _loader;
    private readonly string _libraries;

    public DebianTree(string root)
    {
        _root = root;
        string[] folders = [.. ((string[])["usr/lib", "lib", "usr/lib64", "lib64"]).Select(At).Where(Directory.Exists)];
        string[] withLibraries =
        [
            .. folders.SelectMany(folder => Directory.GetDirectories(folder).Prepend(folder))
                .Where(folder => Directory.EnumerateFiles(folder, "*.so*").Any()),
        ];
        _libraries = string.Join(':', withLibraries);
        _loader = withLibraries.SelectMany(folder => Directory.EnumerateFiles(folder, "ld-linux*.so.*")).FirstOrDefault()
            ?? throw new ServerSourceException($"'{root}' contains no dynamic loader; delete the folder to have it fetched again");
    }

    public string At(string path) => Path.Combine(_root, path);

    public CommandLine Program(string path) => new(_loader, ["--library-path", _libraries, At(path)]);
}
