using System.Text.Json;
using CdcEmbedded.MySql.Binlog;
using CdcEmbedded.MySql.Feed;
using CdcEmbedded.MySql.Tests.Binlog;

namespace CdcEmbedded.MySql.Tests.Feed;

/// <summary>Knows the tables as they were at a recording's end.</summary>
internal sealed class FinalStateSchemas(Recording recording) : ISchemaSource
{
    private readonly JsonElement _tables = recording.FinalState();

    public string Remedy => "Take another recording.";

    public ValueTask<IReadOnlyList<ColumnDefinition>?> FindAsync(string database, string table, CancellationToken cancellationToken)
        => new(_tables.TryGetProperty($"{database}.{table}", out var found) ? FinalStateBinding.Definitions(found) : null);

    public ValueTask DisposeAsync() => default;
}
