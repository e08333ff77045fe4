namespace CdcEmbedded.MongoDb.Tests.Double;

/// <summary>
/// The folder that keeps fetched clients between runs: <c>CDC_SERVER_CACHE</c>, else <c>cdcembedded</c> in the user's cache folder; in it
/// <c>clients</c>. An entry is made in a temporary folder and renamed when complete, under a lock that other processes respect.
/// </summary>
internal static class ClientCache
{
    private static readonly TimeSpan _retry = TimeSpan.FromMilliseconds(200);

    public static async Task<string> GetOrCreateAsync(string name, Func<string, Task> fill)
    {
        string root = Path.Combine(Root(), "clients");
        Directory.CreateDirectory(root);
        string path = Path.Combine(root, name);
        if (Directory.Exists(path))
        {
            return path;
        }

        await using FileStream held = await LockAsync(path + ".lock");
        if (!Directory.Exists(path))
        {
            string unfinished = path + ".part";
            Delete(unfinished);
            Directory.CreateDirectory(unfinished);
            try
            {
                await fill(unfinished);
                Directory.Move(unfinished, path);
            }
            finally
            {
                Delete(unfinished);
            }
        }

        return path;
    }

    private static string Root() => Environment.GetEnvironmentVariable("CDC_SERVER_CACHE") is { Length: > 0 } named
        ? Path.GetFullPath(named)
        : Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } caches && Path.IsPathRooted(caches)
                ? caches
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
            "cdcembedded");

    private static async Task<FileStream> LockAsync(string path)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another process is fetching the same client.
                await Task.Delay(_retry);
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
