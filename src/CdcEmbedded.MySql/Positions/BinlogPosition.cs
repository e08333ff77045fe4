using System.Text.Json;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Positions;

/// <summary>A position in a server's log: the restart point, always the begin of a transaction, and how much of that transaction was
/// delivered. The adapter's one position type, with its one ordering. Immutable.</summary>
/// <remarks>
/// The order: by the GTIDs processed where both positions have them (sets of MySQL, GTID positions of MariaDB); where these are the same,
/// or one position has none, by coordinates, which need the same server; then by the progress inside the transaction. Along one server's
/// log this is a total order. Two positions that nothing orders are never guessed at.
/// Parts of it are types of their own because they are other ideas: <see cref="ExecutedGtids"/> and <see cref="BinlogCoordinates"/> are the
/// two things it is compared by, <see cref="LogCursor"/> counts the reader's coordinates on in 64 bits, <see cref="TransactionMark"/> names
/// one transaction, and
/// <see cref="XaHistory"/> has those that are read again, and those whose outcome may be logged again.
/// </remarks>
internal sealed class BinlogPosition : SourcePosition
{
    private readonly string? _file;
    private readonly long _offset;

    /// <summary>The server: its <c>@@server_uuid</c>, or what identifies a MariaDB server; null for files and for positions
    /// that people write.</summary>
    public string? Server { get; init; }

    /// <summary>The transactions processed whole; the default value without GTIDs.</summary>
    public ExecutedGtids Executed { get; init; }

    /// <summary>The file and position of the restart point; null where only GTIDs say it.</summary>
    public BinlogCoordinates? Coordinates
    {
        get => _file is { } file ? new BinlogCoordinates(file, _offset) : null;
        init => (_file, _offset) = value is { } at ? (at.File, at.Position) : (null, 0);
    }

    /// <summary>True if nothing but stored offsets came since the position before it.</summary>
    public bool IsAfterOffsetsOnly { get; init; }

    /// <inheritdoc/>
    public override bool NeedsStoring => !IsAfterOffsetsOnly;

    /// <summary>The XA transactions: those that are open, and those whose outcome may be logged again.</summary>
    public XaHistory Xa { get; init; } = XaHistory.None;

    /// <summary>The prepared XA transactions without an outcome, in the order of the log; an array that is never changed.</summary>
    public PendingXa[] Pending => Xa.Pending;

    /// <summary>What was delivered of the transaction at the restart point; null between transactions.</summary>
    public TransactionProgress? Progress { get; init; }

    /// <summary>True if it says which transactions queries see, and where in the log that is only by the way: GTIDs alone compare it with
    /// positions of the stream (R63).</summary>
    public bool IsWatermark { get; init; }

    /// <summary>MySQL's GTID set; null for MariaDB and without GTIDs. May be built at each call.</summary>
    public GtidSet? GtidSet => Executed.ToSet();

    /// <summary>MariaDB's GTID position; null for MySQL and without GTIDs.</summary>
    public MariaDbGtidPosition? GtidPosition => Executed.Position;

    /// <inheritdoc/>
    public override bool IsTransactionEnd => Progress is null;

    /// <summary>The position at the begin of a file's event, without a server.</summary>
    public static BinlogPosition At(string file, long position = BinlogCoordinates.FirstPosition)
        => new() { Coordinates = new BinlogCoordinates(file, position) };

    /// <summary>Reads an offset of any version.</summary>
    /// <exception cref="OffsetFormatException">It is not an offset of MySQL, or its contents are damaged.</exception>
    public static BinlogPosition Read(CdcOffset offset) => PositionJson.Read(offset);

    /// <inheritdoc/>
    public override string Connector => PositionJson.Connector;

    /// <inheritdoc/>
    public override string? SourceId => Server;

    /// <inheritdoc/>
    public override void WriteTo(Utf8JsonWriter writer) => PositionJson.WriteTo(writer, this);

    /// <summary>Where a dump must begin: here or, with prepared XA transactions open, at the oldest of those (R20).</summary>
    /// <remarks>By GTID the server sends the prepared transactions again, as they are taken out of the set. A GTID position of MariaDB has
    /// no holes, so there reading begins before the first of them; by coordinates where it is not known what was before that.</remarks>
    public BinlogPosition DumpStart
    {
        get
        {
            if (Pending is not [var first, ..])
            {
                return Progress is null ? this : new BinlogPosition { Server = Server, Executed = Executed, Coordinates = Coordinates };
            }

            var executed = GtidPosition is not null ? first.Before is { } before ? new ExecutedGtids(before) : default : Executed;
            var coordinates = Coordinates;
            if (GtidSet is { } set)
            {
                foreach (var xa in Pending)
                {
                    set = xa.Gtid.MySql is { } gtid ? set.Subtract(GtidSet.Empty.Add(gtid)) : set;
                }

                executed = new ExecutedGtids(set);
            }

            foreach (var xa in Pending)
            {
                // After a failover no coordinates are known, and those of the other server mean nothing.
                coordinates = coordinates is { } least && xa.Begin.IsBefore(least) ? xa.Begin : coordinates;
            }

            return new BinlogPosition { Server = Server, Executed = executed, Coordinates = coordinates };
        }
    }

    /// <summary>The same place with other transactions processed.</summary>
    public BinlogPosition With(ExecutedGtids executed) => new()
    {
        Server = Server,
        Executed = executed,
        Coordinates = Coordinates,
        IsAfterOffsetsOnly = IsAfterOffsetsOnly,
        Xa = Xa,
        Progress = Progress,
        IsWatermark = IsWatermark,
    };

    /// <summary>The transactions of which anything was read: those processed whole, and the one that the position is inside.</summary>
    public ExecutedGtids Touched => Progress is { } progress ? Executed.With(progress.Gtid) : Executed;

    /// <summary>True if a transaction was processed whole.</summary>
    /// <param name="mark">The transaction.</param>
    /// <param name="server">The server on which the mark's coordinates are.</param>
    public bool Covers(in TransactionMark mark, string? server)
    {
        if (mark.Gtid.HasValue && Executed.HasValue && (mark.Gtid.MySql is not null) == (GtidPosition is null))
        {
            return Executed.Contains(mark.Gtid);
        }

        return IsOn(server) && Coordinates is { } at && at.IsAtOrAfter(mark.End);
    }

    /// <inheritdoc/>
    public override bool Covers(SourcePosition watermark)
    {
        if (watermark is not BinlogPosition other)
        {
            return base.Covers(watermark);
        }

        if (IsWatermark || other.IsWatermark)
        {
            // A change inside a transaction is visible when the transaction is.
            var order = Executed.CompareTo(IsWatermark ? other.Touched : other.Executed);
            if (order != GtidOrder.Unknown)
            {
                return order is GtidOrder.Same or GtidOrder.After;
            }
        }

        return Executed.CompareTo(other.Executed) != GtidOrder.Crossed && base.Covers(watermark);
    }

    /// <inheritdoc/>
    protected override int? Compare(SourcePosition other) => other is BinlogPosition position ? OrderTo(position) : null;

    /// <summary>Compares by the one rule; null where nothing orders the two.</summary>
    public int? OrderTo(BinlogPosition other)
    {
        switch (Executed.CompareTo(other.Executed))
        {
            case GtidOrder.Before:
                return -1;
            case GtidOrder.After:
                return 1;
            case GtidOrder.Crossed:
                return null;
            case GtidOrder.Same:
                return !IsOn(other.Server) ? OrderOfProgress(other)
                    : OrderOfCoordinates(other) is not 0 and var order ? order
                    : OrderOfProgress(other);
            default:
                return !IsOn(other.Server) || Coordinates is null || other.Coordinates is null ? null
                    : OrderOfCoordinates(other) is not 0 and var byCoordinates ? byCoordinates
                    : OrderOfProgress(other);
        }
    }

    private bool IsOn(string? server) => string.Equals(Server, server, StringComparison.OrdinalIgnoreCase);

    /// <summary>GTIDs alone are the start of what follows: before every place in a file.</summary>
    private int? OrderOfCoordinates(BinlogPosition other) => Coordinates is { } mine
        ? other.Coordinates is { } theirs ? mine.CompareTo(theirs) : 1
        : other.Coordinates is null ? 0 : -1;

    /// <summary>At one restart point: the transaction's begin is before all places inside it.</summary>
    private int? OrderOfProgress(BinlogPosition other)
    {
        if (Progress is not { } mine || other.Progress is not { } theirs)
        {
            return (Progress is null ? 0 : 1) - (other.Progress is null ? 0 : 1);
        }

        return mine.Gtid == theirs.Gtid && (mine.Gtid.HasValue || IsOn(other.Server)) ? mine.CompareTo(theirs) : null;
    }

    /// <inheritdoc/>
    protected override string DescribeUnordered(SourcePosition other)
        => other is not BinlogPosition position ? base.DescribeUnordered(other)
        : Executed.CompareTo(position.Executed) == GtidOrder.Crossed ? "each has processed transactions that the other has not"
        : !IsOn(position.Server) ? "they are of different servers, and GTIDs do not relate them; compare positions of one server, or "
            + "turn GTIDs on"
        : "their binlog files are of different series, or one of them names no file, and GTIDs do not relate them";

    /// <summary>For messages.</summary>
    public override string ToString() => $"[{(Executed.HasValue ? $"GTIDs '{Executed}' " : "")}{(Coordinates is { } at ? $"at {at} " : "")}"
        + $"{(Progress is { } progress ? $"after {progress.Rows} changes of a transaction " : "")}of {Server ?? "an unnamed server"}]";
}
