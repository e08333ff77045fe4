using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Server;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>What is known of a server's tables where reading begins (R31, R32).</summary>
internal static class SchemaOpening
{
    /// <summary>What was kept at the offset; else, where the log does not tell all there is to know, what the server has now as far as it was the
    /// same then. A log that names its columns needs nothing, until it stops to.</summary>
    /// <param name="schemas">Asks the server.</param>
    /// <param name="facts">The server.</param>
    /// <param name="notes">What was kept.</param>
    /// <param name="start">Where reading begins.</param>
    /// <param name="isStored">Whether that is an offset, and not an end of the log.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async ValueTask<SchemaHistory> OpenAsync(ServerSchemas schemas, ServerFacts facts, SourceNotes notes, BinlogPosition start, bool isStored,
        CancellationToken cancellationToken)
    {
        var note = await notes.LoadAsync(SchemaHistory.Topic, cancellationToken).ConfigureAwait(false);
        if (isStored && note is not null && SchemaHistory.Resume(note, start) is { } resumed)
        {
            return resumed;
        }

        // MariaDB's log names columns, but not the types UUID, INET4 and INET6.
        if (facts["binlog_row_metadata"] == "FULL" && !facts.Version.IsMariaDb)
        {
            // No row is read by it: it tells the columns of schema changes.
            return SchemaHistory.Begin(new SchemaCatalogue(facts.IgnoresTableCase) { Assumes = true, MayLack = true }, start, isKept: false);
        }

        var catalogue = await schemas.ReadAllAsync(start, cancellationToken).ConfigureAwait(false);
        var history = SchemaHistory.Begin(catalogue, start, isKept: true);
        await notes.SaveAsync(SchemaHistory.Topic, history.ToText(), cancellationToken).ConfigureAwait(false);
        history.MarkSaved();
        return history;
    }
}
