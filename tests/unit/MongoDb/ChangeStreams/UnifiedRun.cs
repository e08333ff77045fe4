using System.Text.Json;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Tests.ChangeStreams;

/// <summary>Runs one test of the unified format against a double. Writes and administration go to the double directly, the change stream
/// through this package. What is expected of the commands sent (<c>expectEvents</c>) is not looked at: the source adds options and stages
/// of its own to the command.</summary>
internal sealed class UnifiedRun(MongoDouble server, JsonElement file) : IAsyncDisposable
{
    private readonly Dictionary<string, (string? Database, string? Collection)> _targets = [];
    private readonly Dictionary<string, UnifiedStream> _streams = [];
    private const int ChangeStreamFatalError = 280;
    private CdcException? _refused;

    public async Task RunAsync(JsonElement test, CancellationToken cancellation)
    {
        foreach (var entity in file.GetProperty("createEntities").EnumerateArray())
        {
            AddEntity(entity.EnumerateObject().First());
        }

        if (file.TryGetProperty("initialData", out var initial))
        {
            foreach (var collection in initial.EnumerateArray())
            {
                await FillAsync(collection);
            }
        }

        foreach (var operation in test.GetProperty("operations").EnumerateArray())
        {
            await RunOperationAsync(operation, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var stream in _streams.Values)
        {
            await stream.DisposeAsync();
        }
    }

    private static string Raw(JsonElement arguments, string name) => arguments.GetProperty(name).GetRawText();

    private void AddEntity(JsonProperty entity)
    {
        var id = entity.Value.GetProperty("id").GetString() ?? "";
        _targets[id] = entity.Name switch
        {
            "client" => (null, null),
            "database" => (entity.Value.GetProperty("databaseName").GetString(), null),
            _ => (_targets[entity.Value.GetProperty("database").GetString() ?? ""].Database, entity.Value.GetProperty("collectionName")
                .GetString()),
        };
    }

    private async Task FillAsync(JsonElement collection)
    {
        var database = collection.GetProperty("databaseName").GetString() ?? "";
        var name = collection.GetProperty("collectionName").GetString();
        await DoAsync(database, $$"""{"create":"{{name}}"}""");
        if (collection.GetProperty("documents").GetArrayLength() > 0)
        {
            await DoAsync(database, $$"""{"insert":"{{name}}","documents":{{Raw(collection, "documents")}}}""");
        }
    }

    private async Task RunOperationAsync(JsonElement operation, CancellationToken cancellation)
    {
        var isFailing = operation.TryGetProperty("expectError", out var expected);
        try
        {
            var result = await ExecuteAsync(operation, cancellation);
            Assert.False(isFailing, $"{operation.GetProperty("name")} did not fail with {(isFailing ? expected.ToString() : "")}.");
            if (operation.TryGetProperty("expectResult", out var wanted)
                && operation.GetProperty("name").GetString() == "iterateUntilDocumentOrError")
            {
                Assert.Null(UnifiedMatch.Mismatch(wanted, result));
            }
        }
        catch (ServerMisconfiguredException e) when (!isFailing && e.Findings.Any(static finding => finding.Code == "mongodb.images"))
        {
            // A driver sees this at the first event; this package finds it before.
            _refused = e;
        }
        catch (ArgumentException e) when (e.Message.Contains("of Pipeline", StringComparison.Ordinal))
        {
            // The options are refused before anything is sent; a driver sees it at the first event.
            _refused = new CdcServerException(ChangeStreamFatalError, null, e.Message);
        }
        catch (CdcException e) when (isFailing)
        {
            if (expected.TryGetProperty("errorCode", out var code))
            {
                Assert.Equal(code.GetInt32(), CodeOf(e));
            }
        }
    }

    // What this package finds out for itself before it asks for the stream has no code of the server.
    private static int CodeOf(CdcException exception) => exception switch
    {
        CdcServerException error => error.Code,
        { InnerException: MongoCommandFailedException inner } => inner.Code,
        ServerMisconfiguredException { Findings: [{ Code: "mongodb.replica_set" }, ..] } => 40573,
        _ => 0,
    };

    private async Task<Doc?> ExecuteAsync(JsonElement operation, CancellationToken cancellation)
    {
        var target = operation.GetProperty("object").GetString() ?? "";
        var arguments = operation.TryGetProperty("arguments", out var given) ? given : default;
        var (database, collection) = _targets.GetValueOrDefault(target);
        switch (operation.GetProperty("name").GetString())
        {
            case "createChangeStream":
                var stream = await UnifiedStream.OpenAsync(server, database, collection, arguments, cancellation);
                _streams[operation.GetProperty("saveResultAsEntity").GetString() ?? ""] = stream;
                return null;
            case "iterateUntilDocumentOrError":
                return _refused is { } refused ? throw refused : await _streams[target].NextAsync(cancellation);
            case "failPoint":
                server.Fail(DocJson.Parse(Raw(arguments, "failPoint")));
                return null;
            case "runCommand":
                await DoAsync(database ?? "", Raw(arguments, "command"));
                return null;
            default:
                await WriteAsync(operation.GetProperty("name").GetString(), database ?? "", collection ?? "", arguments);
                return null;
        }
    }

    private Task WriteAsync(string? name, string database, string collection, JsonElement arguments)
    {
        string Collection() => arguments.GetProperty("collection").GetString() ?? "";
        return name switch
        {
            "insertOne" => DoAsync(database, $$"""{"insert":"{{collection}}","documents":[{{Raw(arguments, "document")}}]}"""),
            "updateOne" => DoAsync(database, Update(collection, arguments, "update")),
            "replaceOne" => DoAsync(database, Update(collection, arguments, "replacement")),
            "deleteOne"
                => DoAsync(database, $$$"""{"delete":"{{{collection}}}","deletes":[{"q":{{{Raw(arguments, "filter")}}},"limit":1}]}"""),
            "createCollection" => DoAsync(database, arguments.TryGetProperty("viewOn", out var view)
                ? $$"""{"create":"{{Collection()}}","viewOn":{{view.GetRawText()}},"pipeline":[]}"""
                : $$"""{"create":"{{Collection()}}"}"""),
            "dropCollection" => DropAsync(database, Collection()),
            "createIndex" => DoAsync(database, $$$"""{"createIndexes":"{{{collection}}}","indexes":[{"key":{{{Raw(arguments, "keys")}}},"name":{{{Raw(arguments, "name")}}}}]}"""),
            "dropIndex" => DoAsync(database, $$"""{"dropIndexes":"{{collection}}","index":{{Raw(arguments, "name")}}}"""),
            "rename" => RenameAsync(database, collection, arguments),
            _ => throw new NotSupportedException($"The operation {name} is not played."),
        };
    }

    private Task<Doc> RenameAsync(string database, string collection, JsonElement arguments)
    {
        var drops = arguments.TryGetProperty("dropTarget", out _) ? "true" : "false";
        var to = arguments.GetProperty("to").GetString();
        return DoAsync("admin",
            $$"""{"renameCollection":"{{database}}.{{collection}}","to":"{{database}}.{{to}}","dropTarget":{{drops}}}""");
    }

    private static string Update(string collection, JsonElement arguments, string part)
        => $$$"""{"update":"{{{collection}}}","updates":[{"q":{{{Raw(arguments, "filter")}}},"u":{{{Raw(arguments, part)}}}}]}""";

    private async Task DropAsync(string database, string collection)
    {
        try
        {
            await DoAsync(database, $$"""{"drop":"{{collection}}"}""");
        }
        catch (CommandError e) when (e.Code == 26)
        {
            // There is none: the format does not mind.
        }
    }

    private Task<Doc> DoAsync(string database, string command) => server.RunAsync(database, DocJson.Parse(command));
}
