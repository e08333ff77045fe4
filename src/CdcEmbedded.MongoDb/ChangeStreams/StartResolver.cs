using CdcEmbedded.MongoDb.Deployment;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>Turns what was asked for into a point, or says why there is none. If the oplog still has it shows when the
/// stream is opened.</summary>
internal static class StartResolver
{
    /// <summary>Resolves a start.</summary>
    /// <exception cref="OffsetFormatException">The offset is damaged, or belongs to another source, scope, pipeline
    /// or replica set.</exception>
    /// <exception cref="OffsetLostException">The place is not known.</exception>
    public static async ValueTask<OffsetDocument> ResolveAsync(
        IMongoDeployment deployment, StartPosition start, ServerFacts facts, StreamIdentity stream, bool acceptsOther,
        CancellationToken cancellationToken)
    {
        if (start.Offset is { } offset)
        {
            var document = OffsetDocument.Read(offset);
            if (!acceptsOther)
            {
                Check(document, offset, stream);
            }

            return document;
        }

        if (ReferenceEquals(start, StartPosition.Earliest))
        {
            return await ServerFacts.ReadOplogAsync(deployment, cancellationToken).ConfigureAwait(false) is { } oplog
                ? new OffsetDocument { Point = StreamPoint.At(oplog.Oldest, isAfter: false) }
                : throw new OffsetLostException("The oldest position is not known: it is in local.oplog.rs, which a mongos does not have "
                    + "and this user may "
                    + "not read. Grant find on { db: \"local\", collection: \"oplog.rs\" }, or start from a time with "
                        + "MongoOffset.FromClusterTime.");
        }

        return facts.OperationTime is { } now
            ? new OffsetDocument { Point = StreamPoint.At(now, isAfter: true) }
            : throw new OffsetLostException("The server does not report its operation time, so the latest position is not known. Is it "
                + "a replica set?");
    }

    private static void Check(OffsetDocument document, CdcOffset offset, StreamIdentity stream)
    {
        var (what, stored, now) = document.Scope is { } scope && scope != stream.Scope.ToString()
            ? ("scope", scope, stream.Scope.ToString())
            : document.Scope is not null && document.Pipeline != stream.Fingerprint ? ("pipeline", document.Pipeline, stream.Fingerprint)
            : document.Set is { } set && stream.SetName is { } actual && set != actual ? ("replica set", set, actual)
            : default;
        if (what is not null)
        {
            throw new OffsetFormatException($"The offset of engine '{stream.Name}' belongs to a stream with the {what} '{stored}', and "
                + $"this one has '{now}': resuming from {offset} could miss changes. Give this engine a name of its own, delete the "
                + "stored offset to start again, or set AcceptOtherOffset to resume at that risk.");
        }
    }
}
