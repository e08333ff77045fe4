namespace CdcEmbedded.TestServers.Fetching;

/// <summary>
/// The folder that keeps fetched servers between runs: <c>CDC_SERVER_CACHE</c>, else <c>cdcembedded/servers</c> in the user's cache folder.
/// An entry is made in a temporary folder and renamed when complete, under a lock that other processes respect.
/// </summary>
internal sealed class ServerCache
{
    private readonly string _root;

    public ServerCache(string root)
    {
        _root = root;
        Directory.CreateDirectory(root);
    }

    public static ServerCache Default() => new(DefaultRoot());

    /// <summary>The folder of an entry; made by <paramref name="create"/>, which fills the folder it is given, where missing.</summary>
    public async Task<string> GetOrCreateAsync(
        string name, Func<string, CancellationToken, Task> create, CancellationToken cancellationToken)
    {
        string path = Path.Combine(_root, name);
        if (Directory.Exists(path))
        {
            return path;
        }

        using FileStream held = await LockAsync(path + ".lock", cancellationToken);
        if (Directory.Exists(path))
        {
            return path;
        }

        // What a killed process left there; no other process writes here while the lock is held.
        string unfinished = path + ".part";
        Delete(unfinished);
        Directory.CreateDirectory(unfinished);
        try
        {
            await create(unfinished, cancellationToken);
            Directory.Move(unfinished, path);
        }
        finally
        {
            Delete(unfinished);
        }

        return path;
    }

    private static string DefaultRoot()
    {
        if (Environment.GetEnvironmentVariable("CDC_SERVER_CACHE") is { Length: > 0 } named)
        {
            return Path.GetFullPath(named);
        }

        string caches = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg && Path.IsPathRooted(xdg)
            ? xdg
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(Path.IsPathRooted(caches) ? caches : Path.GetTempPath(), "cdcembedded", "servers");
    }

    private static async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                // Held by another process, which is fetching the same thing.
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
            }
        }
    }

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
