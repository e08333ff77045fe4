using CdcEmbedded.MySql;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>A server that stores names in lower case: rows and schema changes have the stored names, whatever
/// the statements write.</summary>
public sealed class LowerCaseNameTests
{
    [Theory]
    [InlineData(ServerKind.MariaDb118, "--binlog-row-metadata=FULL")]
    [InlineData(ServerKind.MariaDb118, "--binlog-row-metadata=NO_LOG")]
    [InlineData(ServerKind.MySql56, "--binlog-row-image=FULL")]
    public async Task Names_are_those_that_the_server_stores(ServerKind kind, string setting)
    {
        await using MySqlTestServer server = await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(
            kind, new MySqlServerOptions { Owned = true, Arguments = ["--lower-case-table-names=1", setting] }));
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("""
            CREATE DATABASE Shop; CREATE TABLE Shop.Orders (Id INT PRIMARY KEY); INSERT INTO SHOP.ORDERS VALUES (1);
            USE SHOP; ALTER TABLE oRDERS ADD a INT, RENAME TO Sales; INSERT INTO sALES VALUES (2, 2);
            RENAME TABLE SALES TO Shop.Orders; INSERT INTO ORDers VALUES (3, 3); TRUNCATE TABLE ORDERS;
            CREATE INDEX I ON Orders (A); CREATE TABLE COPY LIKE ORDERS; INSERT INTO Copy VALUES (4, 4); DROP TABLE COPY, Orders;
            """);
        var names = new List<string>();
        var changes = new List<string>();
        await using var engine = new CdcEngine(
            new MySqlSource(new MySqlSourceOptions { ConnectionString = server.ConnectionString, Include = ["SHOP.*"] }),
            new Offsets.InMemoryOffsetStore(), Capture.UpToNow(start));

        await foreach (StreamItem item in engine.ReadAllAsync())
        {
            if (item is ChangeEvent change)
            {
                names.Add($"{change.Database}.{change.Table}");
                changes.Add(CapturedChange.Of(change).Text);
            }
            else if (item is SchemaChange schema)
            {
                names.Add($"{schema.Database}.{schema.Table}");
                names.AddRange(schema.Schema is { } definition ? [$"{definition.Database}.{definition.Name}"] : []);
            }
        }

        Assert.Equal(
            ["create orders {Id: 1}", "create sales {Id: 2, a: 2}", "create orders {Id: 3, a: 3}", "truncate orders",
                "create copy {Id: 4, a: 4}"],
            changes);
        Assert.All(names, name => Assert.Equal(name.ToLowerInvariant(), name));
        Assert.Contains("shop.orders", names);
    }
}
