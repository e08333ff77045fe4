namespace CdcEmbedded.TestServers.Hosting;

/// <summary>The temporary folder of one running server: data, socket, log and the client's option file.</summary>
internal sealed class InstanceFolder
{
    // A socket's path must fit in the 108 bytes of sockaddr_un, which a long TMPDIR would exceed.
    private const int LongestBase = 70;

    private InstanceFolder(string path) => FullPath = path;

    public string FullPath { get; }

    public string Data => Path.Combine(FullPath, "data");

    public string Socket => Path.Combine(FullPath, "mysql.sock");

    public string Log => Path.Combine(FullPath, "server.log");

    public string ClientOptions => Path.Combine(FullPath, "client.cnf");

    public static InstanceFolder Create()
    {
        string temp = Path.GetTempPath();
        return temp.Length <= LongestBase || OperatingSystem.IsWindows()
            ? new InstanceFolder(Directory.CreateTempSubdirectory("cdc-server-").FullName)
            : new InstanceFolder(Directory.CreateDirectory($"/tmp/cdc-server-{Guid.NewGuid():N}").FullName);
    }

    /// <summary>Writes the option file, which keeps the password off the command line and excludes the machine's
    /// own client settings.</summary>
    public void WriteClientOptions(string user, string password, IEnumerable<string> address)
    {
        string text = string.Join('\n', ["[client]", $"user={Quote(user)}", $"password={Quote(password)}", .. address, ""]);
        File.WriteAllText(ClientOptions, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(ClientOptions, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    public string LogTail() => File.Exists(Log) ? CommandRun.LastLines(File.ReadAllText(Log), 25) : "(the server wrote no log)";

    public void Delete()
    {
        if (Directory.Exists(FullPath))
        {
            Directory.Delete(FullPath, recursive: true);
        }
    }

    /// <summary>Copies a data folder, without the identity of the server that created it if
    /// <paramref name="newIdentity"/> is set.</summary>
    public static void CopyData(string from, string to, bool newIdentity)
    {
        Directory.CreateDirectory(to);
        foreach (string folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        }

        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(from, file);
            if (!(newIdentity && name == "auto.cnf"))
            {
                File.Copy(file, Path.Combine(to, name));
            }
        }
    }

    private static string Quote(string value) =>
        "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
