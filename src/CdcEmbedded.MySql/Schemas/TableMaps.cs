using System.Text;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Rows;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>What the table ids of a binlog mean: each TABLE_MAP event gives an id its table until the file ends (R17).</summary>
/// <remarks>The server repeats the map before each statement's rows; one with the same bytes is not parsed again.</remarks>
/// <param name="selection">The captured tables.</param>
/// <param name="schemas">The columns that are known.</param>
internal sealed class TableMaps(TableSelection selection, SchemaHistory schemas)
{
    /// <summary>About the memory of the maps of one generation.</summary>
    private const long MaxBytes = 32L * 1024 * 1024;

    private Dictionary<ulong, MappedTable> _tables = [];
    private Dictionary<ulong, MappedTable> _older = [];
    private readonly Dictionary<(string Database, string Table), ulong> _ids = [];
    private readonly List<ulong> _replaced = [];
    private long _bytes;
    private ulong _lastId = ulong.MaxValue;
    private MappedTable? _last;

    /// <summary>A captured table whose columns must be found before the next event; null for none.</summary>
    public UnresolvedTable? Unresolved { get; private set; }

    /// <summary>Reads a TABLE_MAP event.</summary>
    /// <param name="body">Its body, without checksum.</param>
    /// <param name="format">The file's format.</param>
    public void Read(ReadOnlySpan<byte> body, FormatDescription format)
    {
        var header = TableMapHeader.Read(body, format);
        if (header.TableId == _lastId && _last is { } last && last.IsSame(body))
        {
            return;
        }

        var mapped = Known(header.TableId);
        if (mapped?.IsSame(body) != true)
        {
            mapped = Map(body, header, format);
            Add(header.TableId, mapped);
        }

        _lastId = header.TableId;
        _last = mapped;
    }

    /// <summary>The table of an id; null where no map gave it one.</summary>
    public MappedTable? Find(ulong id) => id == _lastId ? _last : Known(id);

    /// <summary>The columns of <see cref="Unresolved"/> were found.</summary>
    public void Resolve(CapturedTable table)
    {
        if (Unresolved is { } pending)
        {
            pending.Table.Table = table;
            Unresolved = null;
        }
    }

    /// <summary>The columns of <see cref="Unresolved"/> cannot be found, and its rows are skipped.</summary>
    public void SkipUnresolved()
    {
        if (Unresolved is { } pending)
        {
            pending.Table.IsCaptured = false;
            Unresolved = null;
        }
    }

    /// <summary>Forgets all: the ids may mean other tables, or tables with other columns.</summary>
    public void Forget()
    {
        _tables.Clear();
        _older.Clear();
        _ids.Clear();
        _replaced.Clear();
        _bytes = 0;
        _lastId = ulong.MaxValue;
        _last = null;
    }

    /// <summary>Forgets maps that no statement needs any more: of an id whose table has another id now, and, if there are many, those that
    /// were not used while as many others came. Called between two transactions, where none is needed, as each statement has its own. A
    /// server gives a table a new id whenever it opens it again, so a file can have any number of them.</summary>
    public void Trim()
    {
        foreach (var id in _replaced)
        {
            _tables.Remove(id);
            _older.Remove(id);
        }

        _replaced.Clear();
        if (_bytes > MaxBytes)
        {
            _older = _tables;
            _tables = [];
            _ids.Clear();
            _bytes = 0;
        }
    }

    /// <summary>The table of an id, which is used and so stays.</summary>
    private MappedTable? Known(ulong id)
    {
        if (_tables.TryGetValue(id, out var mapped))
        {
            return mapped;
        }

        if (_older.Remove(id, out mapped))
        {
            Add(id, mapped);
        }

        return mapped;
    }

    private void Add(ulong id, MappedTable mapped)
    {
        _tables[id] = mapped;
        _bytes += mapped.ByteSize;
        var name = (mapped.Database, mapped.Name);
        if (_ids.TryGetValue(name, out var old) && old != id)
        {
            _replaced.Add(old);
        }

        _ids[name] = id;
    }

    private MappedTable Map(ReadOnlySpan<byte> body, in TableMapHeader header, FormatDescription format)
    {
        var database = Encoding.UTF8.GetString(header.Database);
        var table = Encoding.UTF8.GetString(header.Table);
        if (!selection.Matches(database, table))
        {
            return new MappedTable(body, database, table, isCaptured: false)
            {
                StoresOffsets = selection.StoresOffsets(database, table),
            };
        }

        var mapped = new MappedTable(body, database, table, isCaptured: true);
        var map = TableMap.Read(body, format, selection.InvalidDates);
        var mismatch = "";
        if (!schemas.IsKept || schemas.Catalogue.Find(database, table) is not { } definition)
        {
            // Without a base the statements of the log alone are not certain.
            mapped.Table = map.Schema is { } named ? new CapturedTable(map, named) : null;
            mismatch = schemas.Catalogue.ReasonOf(database, table) ?? "";
        }
        else if (map.Schema is { } schema && !format.IsMariaDb)
        {
            mapped.Table = new CapturedTable(map, schema);
        }
        else
        {
            // MariaDB names columns but not all of their types.
            mapped.Table = CapturedTable.TryBind(map, definition, selection.IncludesRowHistory, out mismatch);
        }

        if (mapped.Table is null)
        {
            Unresolved = new UnresolvedTable(mapped, map, mismatch);
        }

        return mapped;
    }
}
