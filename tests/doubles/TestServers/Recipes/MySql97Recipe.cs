using System.Runtime.InteropServices;
using CdcEmbedded.TestServers.Fetching;
using CdcEmbedded.TestServers.Hosting;

namespace CdcEmbedded.TestServers.Recipes;

/// <summary>MySQL 9.7 from Debian packages.</summary>
internal sealed class MySql97Recipe : ServerRecipe
{
    // --initialize creates the administrator for the socket; the second account is for TCP.
    private const string Accounts = $"""
        ALTER USER 'root'@'localhost' IDENTIFIED BY '{AdminAccount.Password}';
        CREATE USER 'root'@'127.0.0.1' IDENTIFIED BY '{AdminAccount.Password}';
        GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;
        GRANT PROXY ON ''@'' TO 'root'@'127.0.0.1' WITH GRANT OPTION;

        """;

    public override string Name => "MySQL 9.7";

    public override string Variable => "CDC_MYSQL97";

    public override string DockerImage => "mysql:9";

    public override IReadOnlyList<string> Defaults { get; } =
    [
        "--server-id=97",
        "--log-bin=binlog",
        "--gtid-mode=ON",
        "--enforce-gtid-consistency=ON",
        "--binlog-row-metadata=FULL",
        "--default-time-zone=+00:00",
        "--character-set-server=utf8mb4",
        "--skip-name-resolve",
        "--mysqlx=OFF",
        "--performance-schema=OFF",
        "--innodb-buffer-pool-size=64M",
        "--innodb-redo-log-capacity=64M",
        "--innodb-dedicated-server=OFF",

        // What a killed process has written survives in the page cache: only a crash of the machine would require waiting for the disk.
        "--sync-binlog=0",
        "--innodb-flush-log-at-trx-commit=2",
        "--innodb-doublewrite=OFF",
        "--innodb-flush-method=O_DIRECT_NO_FSYNC",
    ];

    public override async Task<ServerProgram> InstallAsync(ServerCache cache, CancellationToken cancellationToken)
    {
        DebianTree tree = await TreeAsync(cache, cancellationToken);
        CommandLine server = tree.Program("usr/sbin/mysqld").With(
        [
            "--no-defaults",
            .. UserArguments,
            "--secure-file-priv=NULL",
            $"--lc-messages-dir={tree.At("usr/share/mysql")}",
            $"--character-sets-dir={tree.At("usr/share/mysql/charsets")}",
            $"--plugin-dir={tree.At("usr/lib/mysql/plugin")}",
        ]);
        string data = await cache.GetOrCreateAsync(
            $"mysql-9.7-{Architecture}-data-1", (folder, token) => InitialiseAsync(server, folder, token), cancellationToken);
        (CommandLine client, IReadOnlyList<string> clientArguments) = Client(tree);
        return new LocalProgram(server, client, clientArguments, Path.Combine(data, "data"), Defaults);
    }

    /// <summary>Returns only the command line client, for servers that come without one.</summary>
    public static async Task<(CommandLine Client, IReadOnlyList<string> Arguments)> ClientAsync(
        ServerCache cache, CancellationToken cancellationToken) => Client(await TreeAsync(cache, cancellationToken));

    private static string Architecture => RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();

    private static (CommandLine Client, IReadOnlyList<string> Arguments) Client(DebianTree tree) =>
        (tree.Program("usr/bin/mysql"),
        [
            $"--plugin-dir={tree.At("usr/lib/mysql/plugin")}",
            $"--character-sets-dir={tree.At("usr/share/mysql/charsets")}",
        ]);

    private static async Task<DebianTree> TreeAsync(ServerCache cache, CancellationToken cancellationToken)
    {
        RequireLinux("MySQL from Debian packages");
        return new DebianTree(await cache.GetOrCreateAsync(
            $"mysql-9.7-{Architecture}",
            (folder, token) => DebianPackages.FetchAsync("sid", ["mysql-server-core", "mysql-client-core"], folder, token),
            cancellationToken));
    }

    private static async Task InitialiseAsync(CommandLine server, string folder, CancellationToken cancellationToken)
    {
        string accounts = Path.Combine(folder, "accounts.sql");
        await File.WriteAllTextAsync(accounts, Accounts, cancellationToken);
        await CommandRun.RequireAsync(
            server.With(
                "--initialize-insecure",
                $"--datadir={Path.Combine(folder, "data")}",
                $"--init-file={accounts}",
                "--mysqlx=OFF",
                "--innodb-redo-log-capacity=16M",
                "--innodb-doublewrite=OFF",
                "--innodb-flush-log-at-trx-commit=0"),
            cancellationToken: cancellationToken);
    }
}
