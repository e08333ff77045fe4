using CdcEmbedded.Filtering;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql.Feed;

/// <summary>What a feed needs to know of its options, its engine and its server.</summary>
internal sealed record FeedSettings
{
    public required FeedIdentity Identity { get; init; }

    public required TableFilter Filter { get; init; }

    public required ILogger Logger { get; init; }

    public required int MaxBatchSize { get; init; }

    public required bool VerifyChecksums { get; init; }

    public required KeyChangeMode KeyChange { get; init; }

    public required long TransactionBufferBytes { get; init; }

    /// <summary>Whether transaction begins and ends become items of their own.</summary>
    public required bool WantsItems { get; init; }

    /// <summary>Where the feed ends; null for never.</summary>
    public (string File, long Position)? End { get; init; }

    /// <summary>The transactions up to <see cref="End"/>; null without GTIDs.</summary>
    public GtidSet? EndGtids { get; init; }

    public static FeedSettings Create(SourceContext context, FeedIdentity identity, TableFilter filter, ILogger logger, bool verifyChecksums,
        KeyChangeMode keyChange, long transactionBufferBytes) => new()
    {
        Identity = identity,
        Filter = filter,
        Logger = logger,
        MaxBatchSize = context.MaxBatchSize,
        VerifyChecksums = verifyChecksums,
        KeyChange = keyChange,
        TransactionBufferBytes = transactionBufferBytes,
        WantsItems = context.WantsTransactionItems,
    };
}
