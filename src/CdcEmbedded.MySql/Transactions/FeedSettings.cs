using System.IO.Hashing;
using System.Text;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>What a feed needs to know of its options, its engine and its server.</summary>
internal sealed record FeedSettings
{
    public required FeedIdentity Identity { get; init; }

    public required ILogger Logger { get; init; }

    public required int MaxBatchSize { get; init; }

    public required bool VerifyChecksums { get; init; }

    /// <summary>Most bytes of one event, as received and as decompressed.</summary>
    public int MaxEventBytes { get; init; } = (int)MySqlSourceOptions.DefaultMaxEventBytes;

    public required KeyChangeMode KeyChange { get; init; }

    /// <summary>Memory for changes whose commit is not known, in bytes.</summary>
    public required long TransactionBufferBytes { get; init; }

    /// <summary>What happens to changes that need more.</summary>
    public LargeTransactionMode LargeTransactions { get; init; }

    /// <summary>Most bytes in the spill file.</summary>
    public long TransactionSpillBytes { get; init; } = MySqlSourceOptions.DefaultTransactionSpillBytes;

    /// <summary>Opens the spill file.</summary>
    public Func<ISpillStorage> OpenSpillStorage { get; init; } = static () => TemporaryFile.Create(Path.GetTempPath());

    /// <summary>True to skip updates that change nothing.</summary>
    public bool SkipUnchanged { get; init; }

    /// <summary>True if the history rows of system-versioned tables are delivered.</summary>
    public bool IncludeRowHistory { get; init; }

    /// <summary>Whose transactions are delivered; null for everybody's.</summary>
    public GtidSourceFilter? Sources { get; init; }

    /// <summary>A number for what the options capture: others have another one.</summary>
    public ulong CaptureScope { get; init; }

    /// <summary>What happens to prepared XA transactions.</summary>
    public XaMode Xa { get; init; }

    /// <summary>True if begins and ends of transactions become items.</summary>
    public required bool WantsItems { get; init; }

    /// <summary>True if events come from files instead of a server.</summary>
    public bool IsFile { get; init; }

    /// <summary>Where the feed ends; null for never.</summary>
    public BinlogPosition? End { get; init; }

    /// <summary>The transactions that no file of the server holds any more, or ever held; null without GTIDs.</summary>
    public GtidSet? Purged { get; init; }

    /// <summary>What happens where captured rows were changed by a statement.</summary>
    public FaultPolicy OnStatementChange { get; init; }

    /// <summary>What happens with a rows event that cannot be read.</summary>
    public FaultPolicy OnUndecodableEvent { get; init; }

    /// <summary>What happens where the server says that its log lacks changes.</summary>
    public FaultPolicy OnIncident { get; init; }

    /// <summary>Makes the settings that options say.</summary>
    /// <param name="options">The options.</param>
    /// <param name="context">What the engine says.</param>
    /// <param name="server">The server's identity; null for files and servers without one.</param>
    /// <param name="logger">The source's logger.</param>
    public static FeedSettings Of(IReadingOptions options, SourceContext context, string? server, ILogger logger) => new()
    {
        Identity = new FeedIdentity(context.Name, server),
        Logger = logger,
        MaxBatchSize = context.MaxBatchSize,
        WantsItems = context.WantsItems,
        VerifyChecksums = options.VerifyChecksums,
        MaxEventBytes = (int)options.MaxEventBytes,
        KeyChange = options.KeyChange,
        SkipUnchanged = options.SkipUnchanged,
        IncludeRowHistory = options.IncludeRowHistory,
        Sources = GtidSourceFilter.Create(options.IncludeGtidSources, options.ExcludeGtidSources),
        CaptureScope = ScopeOf(options.Include, options.Exclude, options.IncludeGtidSources, options.ExcludeGtidSources),
        TransactionBufferBytes = options.TransactionBufferBytes,
        LargeTransactions = options.LargeTransactions,
        TransactionSpillBytes = options.TransactionSpillBytes,
        OpenSpillStorage = () => TemporaryFile.Create(options.SpillFolder ?? Path.GetTempPath()),
        Xa = options.Xa,
        OnStatementChange = options.OnStatementChange,
        OnUndecodableEvent = options.OnUndecodableEvent,
        OnIncident = options.OnIncident,
    };

    /// <summary>The number for patterns.</summary>
    public static ulong ScopeOf(params IEnumerable<string>[] patterns)
        => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(string.Join('\n', patterns.Select(static some => string.Join('\0', some)))));
}
