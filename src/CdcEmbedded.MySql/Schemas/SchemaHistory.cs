using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>The columns of tables at the reader's position, and what is needed to know them at any position to which a restart may lead:
/// a base and the versions after it, stored as a note beside the offset (R31, R32).</summary>
/// <remarks>A note may be newer than the stored offset, never older: at a restart the versions after the offset are dropped, and read from
/// the log again. A version is appended to the note; versions are folded into the base, which is then written again, only where the stored
/// offset has passed them.</remarks>
internal sealed class SchemaHistory
{
    /// <summary>The topic of the note.</summary>
    public const string Topic = "schema";

    /// <summary>From how many versions on those that no restart can need are folded into the base.</summary>
    private const int ManyVersions = 64;

    // A large base is written seldom; but a start reads every version.
    private const int TablesForVersion = 64;
    private const int MostVersions = 512;

    private readonly List<SchemaVersion> _versions = [];
    private int _foldAt = ManyVersions;
    private int _saved;

    /// <summary>The tables at the reader's position.</summary>
    public SchemaCatalogue Catalogue { get; private set; } = new();

    /// <summary>The tables at <see cref="BasePosition"/>.</summary>
    public SchemaCatalogue Base { get; private set; } = new();

    /// <summary>The position of the base; null before there is one.</summary>
    public BinlogPosition? BasePosition { get; private set; }

    /// <summary>The versions after the base, in the order of the log.</summary>
    public IReadOnlyList<SchemaVersion> Versions => _versions;

    /// <summary>True if the log does not name columns, so that what is known must be stored beside the offset.</summary>
    public bool IsKept { get; private set; }

    /// <summary>True if there is something to be saved before a later offset may be.</summary>
    public bool IsDirty => IsKept && (NeedsBase || _saved < _versions.Count);

    /// <summary>True if the base must be written, with all versions; else those that are not saved are appended to it.</summary>
    public bool NeedsBase { get; private set; }

    /// <summary>The next version to append; null if all are saved.</summary>
    public SchemaVersion? Unsaved => _saved < _versions.Count ? _versions[_saved] : null;

    /// <summary>True if it is worth asking which offset is stored, to fold the versions before it.</summary>
    public bool IsLong => _versions.Count >= Math.Max(_foldAt, Math.Min(Catalogue.Count / TablesForVersion, MostVersions));

    /// <summary>Begins with what is known at a position.</summary>
    /// <param name="catalogue">The tables there; the history's own from now on.</param>
    /// <param name="position">The position.</param>
    /// <param name="isKept">True if it must be stored.</param>
    public static SchemaHistory Begin(SchemaCatalogue catalogue, BinlogPosition position, bool isKept) => new()
    {
        Catalogue = catalogue,
        Base = catalogue.Copy(),
        BasePosition = position,
        IsKept = isKept,
        NeedsBase = isKept,
    };

    /// <summary>Resumes a stored history at an offset: applies the versions before it, and drops the others.</summary>
    /// <param name="catalogue">The tables at the base.</param>
    /// <param name="position">The position of the base.</param>
    /// <param name="versions">The versions after it.</param>
    /// <param name="inBase">How many of them are written with the base.</param>
    /// <param name="offset">Where reading begins.</param>
    /// <returns>Null where the history says nothing of the offset: it is before the base, or another server's.</returns>
    public static SchemaHistory? Resume(SchemaCatalogue catalogue, BinlogPosition position, IReadOnlyList<SchemaVersion> versions,
        int inBase, BinlogPosition offset)
    {
        if (!IsAtOrAfter(offset, position))
        {
            return null;
        }

        var history = Begin(catalogue, position, isKept: true);
        var isPrefix = true;
        for (var i = 0; i < versions.Count; i++)
        {
            // The offset may be that of a reconnect, and the next restart's before it: the versions stay, and the base as it is.
            if (offset.Covers(versions[i].Mark, position.Server))
            {
                isPrefix &= history._versions.Count == i;
                versions[i].ApplyTo(history.Catalogue);
                history._versions.Add(versions[i]);
            }
        }

        // Versions after the offset belong to another reading of the log. They stay out of what this one writes.
        history._saved = history._versions.Count;
        history.NeedsBase = !isPrefix || history._saved < inBase;
        return history;
    }

    /// <summary>Records what a statement changed in the catalogue.</summary>
    /// <param name="changes">Its changes.</param>
    /// <param name="mark">The transaction that it is in.</param>
    public void Record(IReadOnlyList<TableChange> changes, in TransactionMark mark)
    {
        if (IsKept && SchemaVersion.Of(changes, Catalogue, mark) is { } version)
        {
            _versions.Add(version);
        }
    }

    /// <summary>Begins again with what is known at a position, and stores it from here on: the log has turned out not to
    /// name all columns.</summary>
    public void BeginAgain(SchemaCatalogue catalogue, BinlogPosition position)
    {
        (Catalogue, Base, BasePosition) = (catalogue, catalogue.Copy(), position);
        _versions.Clear();
        _saved = 0;
        IsKept = true;
        NeedsBase = true;
    }

    /// <summary>Takes over a table that was looked up.</summary>
    public void Learn(TableDefinition definition, in TransactionMark mark)
    {
        Catalogue.Set(definition);
        NeedsBase |= !IsKept;
        IsKept = true;
        _versions.Add(new SchemaVersion(mark, [new TableVersion(definition.Database, definition.Name, definition, false)], []));
    }

    /// <summary>Records that <see cref="Unsaved"/> was appended.</summary>
    public void MarkAppended() => _saved++;

    /// <summary>Records that the base was written with all versions.</summary>
    public void MarkSaved()
    {
        _saved = _versions.Count;
        NeedsBase = false;
    }

    /// <summary>Folds the versions before a stored offset into the base: no restart leads before it.</summary>
    /// <param name="stored">The stored offset; null where there is none.</param>
    public void Fold(BinlogPosition? stored)
    {
        if (stored is not null && BasePosition is { } position && IsAtOrAfter(stored, position))
        {
            while (_versions.Count > 0 && stored.Covers(_versions[0].Mark, position.Server))
            {
                _versions[0].ApplyTo(Base);
                _versions.RemoveAt(0);
                BasePosition = stored;
                NeedsBase = true;
            }
        }

        _foldAt = Math.Max(ManyVersions, 2 * _versions.Count);
    }

    /// <summary>False also where nothing orders the two.</summary>
    private static bool IsAtOrAfter(BinlogPosition offset, BinlogPosition position) => offset.OrderTo(position) >= 0;
}
