namespace CdcEmbedded.Tests.Architecture;

/// <summary>The rooms of the house (src/ARCHITECTURE.md): which packages each package may depend on, and for every folder which others of
/// its package it may use. The root of a package is used by all its folders and joins them all. A new folder or dependency is one line
/// here.</summary>
internal static class House
{
    private const string Logging = "Microsoft.Extensions.Logging.Abstractions";

    /// <summary>Package IDs, other than the framework.</summary>
    public static IReadOnlyDictionary<string, string[]> Packages { get; } = new Dictionary<string, string[]>
    {
        ["CdcEmbedded"] = [Logging],
        ["CdcEmbedded.MySql"] = ["CdcEmbedded", "MySqlConnector", "System.IO.Hashing", "ZstdSharp.Port"],
        ["CdcEmbedded.MongoDb"] = ["CdcEmbedded", "MongoDB.Driver"],
        ["CdcEmbedded.Hosting"] = ["CdcEmbedded", "Microsoft.Extensions.Configuration.Binder",
            "Microsoft.Extensions.Diagnostics.HealthChecks", "Microsoft.Extensions.Hosting.Abstractions", "Microsoft.Extensions.Options"],
        ["CdcEmbedded.Testing"] = ["CdcEmbedded", "CdcEmbedded.Hosting", "Microsoft.Extensions.Hosting"],
    };

    /// <summary>For each package: its folders, relative to the project, and which others each may use.</summary>
    public static IReadOnlyDictionary<string, Dictionary<string, string[]>> Folders { get; } =
        new Dictionary<string, Dictionary<string, string[]>>
    {
        ["CdcEmbedded"] = new()
        {
            ["Diagnostics"] = [],
            ["Offsets"] = ["Diagnostics"],
            ["DeadLetters"] = ["Offsets"],
            ["Sources"] = ["Offsets"],
            ["Transactions"] = ["Offsets", "Sources"],
            ["Snapshots"] = ["Diagnostics", "Offsets", "Sources"],
            ["Verification"] = ["Offsets", "Sources", "Snapshots", "Transforms"],
            ["Engine"] = ["Diagnostics", "Offsets", "Sources", "Transactions", "Transforms", "Snapshots"],
            ["Rows"] = ["Formats", "Sources"],
            ["Transforms"] = ["Formats", "Sources"],
            ["Formats"] = ["Sources"],
        },
        ["CdcEmbedded.MySql"] = new()
        {
            ["Gtids"] = [],
            ["Binlog/Charsets"] = [],
            ["Binlog/Values"] = [],
            ["Binlog/Events"] = ["Gtids", "Binlog/Charsets"],
            ["Binlog/Json"] = ["Binlog/Values", "Binlog/Events"],
            ["Binlog/Columns"] = ["Binlog/Charsets", "Binlog/Values", "Binlog/Events", "Binlog/Json"],
            ["Binlog/Rows"] = ["Binlog/Charsets", "Binlog/Values", "Binlog/Events", "Binlog/Json", "Binlog/Columns"],
            ["Binlog/Files"] = ["Gtids", "Binlog/Events"],
            ["Positions"] = ["Gtids", "Binlog/Events", "Binlog/Rows"],
            ["Schemas"] = ["Gtids", "Binlog/Charsets", "Binlog/Columns", "Binlog/Events", "Binlog/Rows", "Binlog/Files", "Positions"],

            // Removable: only the root knows it, which hands it to Schemas as an IStatementReader.
            ["Schemas/Ddl"] = ["Binlog/Charsets", "Binlog/Columns", "Schemas"],
            ["Replication/Authentication"] = [],
            ["Replication"] = ["Binlog/Events", "Replication/Authentication"],
            ["Server"] = ["Gtids", "Binlog/Columns", "Binlog/Events", "Positions", "Schemas", "Replication"],
            ["Transactions"] = ["Gtids", "Binlog/Events", "Binlog/Rows", "Positions", "Schemas", "Server"],
            ["Snapshots"] = ["Gtids", "Binlog/Charsets", "Binlog/Values", "Binlog/Columns", "Binlog/Rows", "Positions", "Schemas", "Server",
                "Replication", "Transactions"],
        },
        ["CdcEmbedded.MongoDb"] = new()
        {
            ["Documents"] = [],
            ["Deployment"] = ["Documents"],
            ["ChangeStreams"] = ["Documents", "Deployment"],
            ["Snapshots"] = ["Documents", "Deployment", "ChangeStreams"],
        },
        ["CdcEmbedded.Hosting"] = new()
        {
            ["Delivery"] = [],
            ["Streams"] = ["Delivery"],
        },
        ["CdcEmbedded.Testing"] = new()
        {
        },
    };

    /// <summary>Arrows that are wrong and still in the code: each is one to remove, from the code and then from here.</summary>
    public static IReadOnlySet<(string Package, string From, string To)> Debts { get; } = new HashSet<(string, string, string)>
    {
    };
}
