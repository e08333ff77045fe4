using System.Runtime.InteropServices;
using System.Text;
using CdcEmbedded.TestServers.Fetching;
using CdcEmbedded.TestServers.Hosting;

namespace CdcEmbedded.TestServers.Recipes;

/// <summary>A MariaDB from the Debian suite that carries its version.</summary>
internal sealed class MariaDbRecipe(string version, string suite) : ServerRecipe
{
    // In the order in which MariaDB's own installer runs them; newer versions name them mariadb_… instead of mysql_….
    private static readonly string[] _scripts = ["system_tables", "performance_tables", "system_tables_data", "sys_schema"];

    private const string Accounts = $"""
        USE mysql;
        FLUSH PRIVILEGES;
        CREATE OR REPLACE USER 'root'@'localhost' IDENTIFIED BY '{AdminAccount.Password}';
        CREATE OR REPLACE USER 'root'@'127.0.0.1' IDENTIFIED BY '{AdminAccount.Password}';
        GRANT ALL ON *.* TO 'root'@'localhost' WITH GRANT OPTION;
        GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;

        """;

    public override string Name => $"MariaDB {version}";

    public override string Variable => "CDC_MARIADB" + version.Replace(".", "", StringComparison.Ordinal);

    public override string DockerImage => $"mariadb:{version}";

    public override IReadOnlyList<string> Defaults { get; } =
    [
        $"--server-id={version.Replace(".", "", StringComparison.Ordinal)}",
        "--log-bin=binlog",
        "--binlog-format=ROW",
        "--binlog-row-metadata=FULL",
        "--default-time-zone=+00:00",
        "--character-set-server=utf8mb4",
        "--skip-name-resolve",
        "--max-allowed-packet=1G",
        "--innodb-buffer-pool-size=64M",
        "--innodb-log-file-size=16M",
        "--sync-binlog=0",
        "--innodb-flush-log-at-trx-commit=2",
        "--innodb-doublewrite=OFF",
    ];

    public override async Task<ServerProgram> InstallAsync(ServerCache cache, CancellationToken cancellationToken)
    {
        RequireLinux("MariaDB from Debian packages");
        string name = $"mariadb-{version}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
        var tree = new DebianTree(await cache.GetOrCreateAsync(
            name,
            (folder, token) => DebianPackages.FetchAsync(suite, ["mariadb-server-core", "mariadb-client-core"], folder, token),
            cancellationToken));
        CommandLine server = tree.Program("usr/sbin/mariadbd").With(
        [
            "--no-defaults",
            .. UserArguments,
            $"--lc-messages-dir={Share(tree)}",
            $"--character-sets-dir={Path.Combine(Share(tree), "charsets")}",
            $"--plugin-dir={tree.At("usr/lib/mysql/plugin")}",
        ]);
        string data = await cache.GetOrCreateAsync(
            name + "-data-1", (folder, token) => InitialiseAsync(tree, server, folder, token), cancellationToken);
        return new LocalProgram(server, tree.Program("usr/bin/mariadb"), [], Path.Combine(data, "data"), Defaults);
    }

    // 11.x renamed it, like its scripts.
    private static string Share(DebianTree tree) =>
        Directory.Exists(tree.At("usr/share/mariadb")) ? tree.At("usr/share/mariadb") : tree.At("usr/share/mysql");

    private async Task InitialiseAsync(DebianTree tree, CommandLine server, string folder, CancellationToken cancellationToken)
    {
        string data = Path.Combine(folder, "data");
        Directory.CreateDirectory(Path.Combine(data, "mysql"));
        var sql = new StringBuilder("USE mysql;\nSET @auth_root_socket = NULL, @skip_auth_anonymous = 1;\n");
        foreach (string script in _scripts)
        {
            string path = ((string[])["mariadb", "mysql"]).Select(prefix => Path.Combine(Share(tree), $"{prefix}_{script}.sql"))
                .FirstOrDefault(File.Exists)
                    ?? throw new ServerSourceException($"the MariaDB {version} packages hold no script '{script}'");
            foreach (string line in await File.ReadAllLinesAsync(path, cancellationToken))
            {
                // Accounts with this machine's own name are not needed.
                if (!line.Contains("@current_hostname", StringComparison.Ordinal))
                {
                    sql.Append(line).Append('\n');
                }
            }
        }

        byte[] input = CommandRun.Utf8.GetBytes(sql.Append(Accounts).ToString());
        await CommandRun.RequireAsync(
            server.With("--bootstrap", $"--datadir={data}", "--enforce-storage-engine=", "--innodb-log-file-size=16M"),
            async stream => await stream.WriteAsync(input, cancellationToken),
            cancellationToken: cancellationToken);
    }
}
