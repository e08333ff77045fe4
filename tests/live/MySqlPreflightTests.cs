using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>What the server lacks is reported before the first event, all at once, with the statements that fix it.</summary>
public sealed class MySqlPreflightTests(MySql97Fixture mySql97, MySql56Fixture mySql56)
{
    [Fact]
    public async Task Every_wrong_setting_and_missing_privilege_is_reported_at_once()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync("--gtid-mode=OFF", "--binlog-row-metadata=MINIMAL");
        await server.ExecuteAsync("""
            SET GLOBAL binlog_format = 'STATEMENT'; SET GLOBAL binlog_row_image = 'MINIMAL';
            CREATE USER poor@'%' IDENTIFIED BY 'S3cret!pw';
            """);
        MySqlSource source = Source(server, "poor", "S3cret!pw");

        var error =
            await Assert.ThrowsAsync<ServerMisconfiguredException>(() => Capture.ReadAsync(source, Capture.UpToNow(StartPosition.Latest)));
        await using var engine = new CdcEngine(source, new InMemoryOffsetStore(), Capture.UpToNow(StartPosition.Latest));
        IReadOnlyList<SourceFinding> findings = await engine.ValidateAsync();

        string[] errors =
        [
            "mysql.binlog_format", "mysql.replication_client", "mysql.replication_slave",
        ];
        Assert.Equal(errors, error.Findings.Where(f => f.IsError).Select(f => f.Code).Order());
        Assert.Equal(
            ["mysql.binlog_row_image", "mysql.binlog_row_metadata", "mysql.gtid_mode", "mysql.tables"],
            error.Findings.Where(f => !f.IsError).Select(f => f.Code).Order());
        Assert.All(error.Findings, f => Assert.Contains(f.Remedy, error.Message, StringComparison.Ordinal));
        Assert.Superset(errors.ToHashSet(), findings.Select(f => f.Code).ToHashSet());
        Assert.DoesNotContain("S3cret", error.ToString(), StringComparison.Ordinal);

        // The remedies work.
        foreach (SourceFinding finding in error.Findings.Where(f => f.IsError))
        {
            string statement = finding.Remedy[..(finding.Remedy.IndexOf(';') + 1)].Replace("<user>", "poor@'%'", StringComparison.Ordinal);
            await server.ExecuteAsync(statement);
        }

        Assert.DoesNotContain(await engine.ValidateAsync(), finding => finding.IsError);
        Assert.Empty(await Capture.ReadAsync(source, Capture.UpToNow(StartPosition.Latest)));
    }

    [Fact]
    public async Task A_server_without_a_binlog_is_reported()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync("--skip-log-bin");

        var error = await Assert.ThrowsAsync<ServerMisconfiguredException>(
            () => Capture.ReadAsync(Capture.Source(server, "d"), Capture.UpToNow(StartPosition.Latest)));

        Assert.Equal(["mysql.log_bin"], error.Findings.Where(f => f.IsError).Select(f => f.Code));
        await using var engine = new CdcEngine(Capture.Source(server, "d"), new InMemoryOffsetStore(),
            Capture.UpToNow(StartPosition.Latest));
        Assert.Contains(await engine.ValidateAsync(), finding => finding is { IsError: true, Code: "mysql.log_bin" });
    }

    [Fact]
    public async Task The_two_privileges_suffice_and_may_be_granted_through_a_role()
    {
        MySqlTestServer server = await mySql97.ServerAsync();
        string database = await server.CreateDatabaseAsync("roles");
        await server.ExecuteAsync($"""
            CREATE TABLE t (id INT); CREATE ROLE {database}_r; GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {database}_r;
            CREATE USER {database}_u IDENTIFIED BY 'pw', {database}_v IDENTIFIED BY 'pw'; GRANT {database}_r TO {database}_u;
            SET DEFAULT ROLE {database}_r TO {database}_u; GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {database}_v;
            """, database);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("INSERT INTO t VALUES (1)", database);

        foreach (string user in (string[])["u", "v"])
        {
            Assert.Equal(["create t {id: 1}"], await Capture.ReadTextsAsync(Source(server, $"{database}_{user}", "pw"), start));
        }
    }

    [Fact]
    public async Task A_pattern_that_matches_no_table_or_no_visible_table_is_a_warning()
    {
        MySqlTestServer server = await mySql97.ServerAsync();
        string database = await server.CreateDatabaseAsync("patterns");
        await server.ExecuteAsync($"""
            CREATE TABLE t (id INT); CREATE USER {database}_u IDENTIFIED BY 'pw';
            GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {database}_u;
            """, database);
        async Task<string[]> MissedAsync()
        {
            var source = new MySqlSource(new MySqlSourceOptions
            {
                ConnectionString = server.ConnectionStringFor($"{database}_u", "pw"),
                    Include = [$"{database}.t", $"{database}.orderz", $"{database}.t*"],
            });
            await using var engine = new CdcEngine(source, new InMemoryOffsetStore(), Capture.UpToNow(StartPosition.Latest));
            return [.. (await engine.ValidateAsync()).Where(f => f.Code == "mysql.tables").Select(f => f.Message.Split('\'')[1])];
        }

        Assert.Equal([$"{database}.t", $"{database}.orderz", $"{database}.t*"], await MissedAsync());
        await server.ExecuteAsync($"GRANT SELECT ON {database}.* TO {database}_u");
        Assert.Equal([$"{database}.orderz"], await MissedAsync());
    }

    [Fact]
    public async Task A_misspelled_name_in_Exclude_and_a_pattern_that_Exclude_leaves_empty_are_warnings()
    {
        MySqlTestServer server = await mySql97.ServerAsync();
        string database = await server.CreateDatabaseAsync("patterns");
        await server.ExecuteAsync("CREATE TABLE t (id INT); CREATE TABLE secret (id INT)", database);
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString,
            Include = [$"{database}.*", $"{database}.s*"],
            Exclude = [$"{database}.secret", $"{database}.secrets", $"{database}.tmp_*"],
        });
        await using var engine = new CdcEngine(source, new InMemoryOffsetStore(), Capture.UpToNow(StartPosition.Latest));

        Assert.Equal([("mysql.excluded_tables", $"{database}.secrets"), ("mysql.tables", $"{database}.s*")],
            (await engine.ValidateAsync()).Where(f => f.Code.Contains("tables", StringComparison.Ordinal))
                .Select(f => (f.Code, f.Message.Split('\'')[1])));

        // Rules for tables that do not exist, or are not captured, match nothing.
        await using var masked = new CdcEngine(source, new InMemoryOffsetStore(), new CdcEngineOptions
        {
            Name = "patterns",
            Transforms =
            [
                Transform.Mask($"{database.ToUpperInvariant()}.T.id"), Transform.Mask($"{database}.tt.id"),
                Transform.Mask($"{database}.secret.id"),
            ],
        });
        Assert.Equal([$"{database}.tt.id", $"{database}.secret.id"],
            (await masked.ValidateAsync()).Where(f => f.Code == "cdc.unmatched_rule").Select(f => f.Message.Split('"')[1]));
    }

    [Fact]
    public async Task A_pattern_of_a_snapshot_that_matches_no_captured_table_is_a_warning()
    {
        MySqlTestServer server = await mySql97.ServerAsync();
        string database = await server.CreateDatabaseAsync("patterns");
        await server.ExecuteAsync("CREATE TABLE t (id INT); CREATE TABLE hidden (id INT)", database);
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString, Include = [$"{database}.*"], Exclude = [$"{database}.hidden"],
        });
        await using var engine = new CdcEngine(source, new InMemoryOffsetStore(), new CdcEngineOptions
        {
            Name = "patterns",
            Snapshot = new SnapshotOptions
            {
                Mode = SnapshotMode.Initial, Tables = [$"{database}.t", $"{database}.orderz", $"{database}.hidden", "*.t"],
            },
        });

        IReadOnlyList<SourceFinding> findings = await engine.ValidateAsync();

        Assert.Equal([$"{database}.orderz", $"{database}.hidden"], findings.Where(static finding => finding is
            { Code: "mysql.snapshot_tables", IsError: false }).Select(static finding => finding.Message.Split('\'')[1]));
    }

    [Fact]
    public async Task MySql_5_6_reports_missing_privileges_too()
    {
        MySqlTestServer server = await mySql56.ServerAsync();
        await server.ExecuteAsync("CREATE USER poor56@'%' IDENTIFIED BY 'pw'");

        var error = await Assert.ThrowsAsync<ServerMisconfiguredException>(
            () => Capture.ReadAsync(Source(server, "poor56", "pw"), Capture.UpToNow(StartPosition.Latest)));

        Assert.Equal(["mysql.replication_slave", "mysql.replication_client"], error.Findings.Where(f => f.IsError).Select(f => f.Code));
    }

    [Fact]
    public async Task Validation_names_foreign_keys_whose_cascades_MySql_5_6_does_not_log()
    {
        MySqlTestServer server = await mySql56.ServerAsync();
        string database = await server.CreateDatabaseAsync("cascades");
        await server.ExecuteAsync(
            "CREATE TABLE p (id INT PRIMARY KEY); CREATE TABLE c (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES p (id) ON "
                + "DELETE CASCADE)", database);
        await using var engine = new CdcEngine(Capture.Source(server, database), new InMemoryOffsetStore(),
            Capture.UpToNow(StartPosition.Latest));

        IReadOnlyList<SourceFinding> findings = await engine.ValidateAsync();

        SourceFinding finding = Assert.Single(findings, f => f.Code == "mysql.foreign_key_cascade");
        Assert.False(finding.IsError);
        Assert.Contains($"{database}.c", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validation_names_columns_whose_labels_the_server_may_show_with_question_marks()
    {
        MySqlTestServer server = await mySql56.ServerAsync();
        string database = await server.CreateDatabaseAsync("labels");
        await server.ExecuteAsync("SET NAMES utf8mb4; "
            + "CREATE TABLE t (a ENUM('😀', 'x') CHARACTER SET utf8mb4, b SET('?') CHARSET latin1, "
            + "c SET('z', 'x😀') CHARACTER SET utf32, d ENUM('é') CHARACTER SET utf16, `e?` ENUM('e') CHARACTER SET utf8mb4)", database);
        await using var engine = new CdcEngine(Capture.Source(server, database), new InMemoryOffsetStore(),
            Capture.UpToNow(StartPosition.Latest));

        IReadOnlyList<SourceFinding> findings = await engine.ValidateAsync();

        Assert.Equal([$"{database}.t.a", $"{database}.t.c"],
            findings.Where(f => f.Code == "mysql.labels" && !f.IsError).Select(f => f.Message.Split(' ')[6]));
    }

    private static MySqlSource Source(MySqlTestServer server, string user, string password) => new(new MySqlSourceOptions
    {
        ConnectionString = server.ConnectionStringFor(user, password),
        Include = [user.StartsWith("roles", StringComparison.Ordinal) ? $"{user[..^2]}.*" : "d.*"],
    });
}
