using System.Text;
using System.Text.Json;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas.Ddl;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>The columns of tables as they are at the reader's place, and what is needed to know them at any place to which a restart may lead:
/// a base and the versions after it, kept as a note beside the offset (R31, R32).</summary>
/// <remarks>A note may be ahead of the offset that is stored, never behind it: at a restart the versions behind the offset are dropped, and read from
/// the log again. Versions are folded into the base only where the stored offset has passed them.</remarks>
internal sealed class SchemaHistory
{
    /// <summary>The topic of the note.</summary>
    public const string Topic = "schema";

    /// <summary>From how many versions on those that no restart can need are folded into the base.</summary>
    private const int ManyVersions = 64;

    private readonly List<SchemaVersion> _versions = [];
    private SchemaCatalogue _base = new();
    private BinlogPosition? _basePlace;
    private int _foldAt = ManyVersions;

    /// <summary>The tables at the reader's place.</summary>
    public SchemaCatalogue Catalogue { get; private set; } = new();

    /// <summary>Whether the log does not name columns, so that what is known must be kept beside the offset.</summary>
    public bool IsKept { get; private set; }

    /// <summary>Whether there is something to be saved before an offset behind it may be.</summary>
    public bool IsDirty { get; private set; }

    /// <summary>Whether it is worth asking which offset is stored, to fold the versions before it.</summary>
    public bool IsLong => _versions.Count >= _foldAt;

    /// <summary>Begins with what is known at a place.</summary>
    /// <param name="catalogue">The tables there; the history's own from now on.</param>
    /// <param name="place">The place.</param>
    /// <param name="isKept">Whether it must be kept.</param>
    public static SchemaHistory Begin(SchemaCatalogue catalogue, BinlogPosition place, bool isKept) => new()
    {
        Catalogue = catalogue,
        _base = catalogue.Copy(),
        _basePlace = place,
        IsKept = isKept,
        IsDirty = isKept,
    };

    /// <summary>Takes a note up at an offset.</summary>
    /// <returns>Null where the note says nothing of that place: the offset lies before its base, or is another server's.</returns>
    /// <exception cref="OffsetFormatException">The note is damaged.</exception>
    public static SchemaHistory? Resume(string note, BinlogPosition offset)
    {
        try
        {
            using var document = JsonDocument.Parse(note);
            var root = document.RootElement;
            if (root.GetProperty("v").GetInt32() != 1)
            {
                throw new OffsetFormatException($"The stored table schemas have version {root.GetProperty("v").GetInt32()}, which is not known here (1 is): a "
                    + "newer CdcEmbedded wrote them.");
            }

            var place = BinlogPosition.Read(CdcOffset.Parse(root.GetProperty("at").GetRawText()));
            return place.OrderTo(offset) <= 0 ? Read(root, place, offset) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new OffsetFormatException($"The stored table schemas are damaged: {e.Message} Remove them (the key of the engine's name with "
                + $"'/{Topic}') to have them read from the server again.", e);
        }
    }

    /// <summary>Applies a statement of the log.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="context">Its session's settings.</param>
    /// <param name="place">Where its transaction ends.</param>
    public IReadOnlyList<TableChange> Apply(string sql, in DdlContext context, TransactionMark place)
    {
        var changes = Catalogue.Apply(sql, context);
        if (IsKept && changes.Count > 0)
        {
            Record(changes, place);
        }

        return changes;
    }

    /// <summary>Begins anew with what is known at a place, and keeps it from here on: the log has turned out not to name all columns.</summary>
    public void BeginAgain(SchemaCatalogue catalogue, BinlogPosition place)
    {
        (Catalogue, _base, _basePlace) = (catalogue, catalogue.Copy(), place);
        _versions.Clear();
        IsKept = true;
        IsDirty = true;
    }

    /// <summary>Takes a table over that was looked up.</summary>
    public void Learn(TableDefinition definition, TransactionMark place)
    {
        Catalogue.Set(definition);
        IsKept = true;
        IsDirty = true;
        _versions.Add(new SchemaVersion(place, [new TableVersion(definition.Database, definition.Name, definition, false)], []));
    }

    /// <summary>What was to be saved is saved.</summary>
    public void MarkSaved() => IsDirty = false;

    /// <summary>Folds the versions before a stored offset into the base: no restart leads before it.</summary>
    /// <param name="stored">The stored offset; null where none is.</param>
    public void Fold(BinlogPosition? stored)
    {
        if (stored is not null && _basePlace is { } place && place.OrderTo(stored) <= 0)
        {
            while (_versions.Count > 0 && stored.Covers(_versions[0].Place, place.Server))
            {
                ApplyTo(_base, _versions[0]);
                _versions.RemoveAt(0);
                _basePlace = stored;
            }
        }

        _foldAt = Math.Max(ManyVersions, 2 * _versions.Count);
    }

    /// <summary>The note.</summary>
    public string ToText()
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("v"u8, 1);
            writer.WritePropertyName("at"u8);
            writer.WriteRawValue((_basePlace ?? throw new InvalidOperationException("The history has no base.")).ToOffset().ToString());
            writer.WritePropertyName("base"u8);
            _base.Write(writer);
            writer.WriteStartArray("versions"u8);
            foreach (var version in _versions)
            {
                Write(writer, version);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static SchemaHistory Read(JsonElement root, BinlogPosition place, BinlogPosition offset)
    {
        var history = Begin(SchemaCatalogue.Read(root.GetProperty("base")), place, isKept: true);
        history.IsDirty = false;
        foreach (var element in root.GetProperty("versions").EnumerateArray())
        {
            // The offset may be that of a reconnect, and the next restart's lie before it: the versions stay, and the base as it is.
            var version = ReadVersion(element);
            if (offset.Covers(version.Place, place.Server))
            {
                ApplyTo(history.Catalogue, version);
                history._versions.Add(version);
            }
        }

        return history;
    }

    private void Record(IReadOnlyList<TableChange> changes, TransactionMark place)
    {
        var tables = new List<TableVersion>(changes.Count);
        var databases = new List<(string, string?)>();
        foreach (var change in changes)
        {
            switch (change.Kind)
            {
                case TableChangeKind.Truncate or TableChangeKind.PartitionDataLoss:
                    break;
                case TableChangeKind.DropDatabase:
                    databases.Add((change.Database, null));
                    break;
                case TableChangeKind.CreateDatabase or TableChangeKind.AlterDatabase:
                    databases.Add((change.Database, Catalogue.CharacterSetOf(change.Database)));
                    break;
                default:
                    // What the names stand for now, after the whole statement: a swap names each twice.
                    AddTable(tables, change.Database, change.Table);
                    if (change.NewTable is { } name)
                    {
                        AddTable(tables, change.NewDatabase ?? change.Database, name);
                    }

                    break;
            }
        }

        if (tables.Count + databases.Count > 0)
        {
            _versions.Add(new SchemaVersion(place, tables, databases));
            IsDirty = true;
        }
    }

    private void AddTable(List<TableVersion> tables, string database, string table)
    {
        var definition = Catalogue.Find(database, table);
        tables.Add(new TableVersion(database, table, definition, definition is null && Catalogue.IsUnknown(database, table)));
    }

    private static void ApplyTo(SchemaCatalogue catalogue, SchemaVersion version)
    {
        foreach (var (database, characterSet) in version.Databases)
        {
            if (characterSet is null)
            {
                catalogue.ForgetDatabase(database);
            }
            else
            {
                catalogue.SetDatabase(database, characterSet);
            }
        }

        foreach (var (database, table, definition, isUnknown) in version.Tables)
        {
            if (definition is not null)
            {
                catalogue.Set(definition);
            }
            else if (isUnknown)
            {
                catalogue.MarkUnknown(database, table, "a statement before the restart could not be followed");
            }
            else
            {
                catalogue.Forget(database, table);
            }
        }
    }

    private static void Write(Utf8JsonWriter writer, SchemaVersion version)
    {
        writer.WriteStartObject();
        PositionJson.Write(writer, version.Place);
        writer.WriteStartArray("tables"u8);
        foreach (var (database, table, definition, isUnknown) in version.Tables)
        {
            writer.WriteStartObject();
            writer.WriteString("db"u8, database);
            writer.WriteString("table"u8, table);
            if (definition is not null)
            {
                writer.WritePropertyName("def"u8);
                definition.Write(writer);
            }
            else if (isUnknown)
            {
                writer.WriteBoolean("unknown"u8, true);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("databases"u8);
        foreach (var (database, characterSet) in version.Databases)
        {
            writer.WriteStartObject();
            writer.WriteString("db"u8, database);
            writer.WriteString("charset"u8, characterSet);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static SchemaVersion ReadVersion(JsonElement element)
    {
        var tables = new List<TableVersion>();
        foreach (var table in element.GetProperty("tables").EnumerateArray())
        {
            tables.Add(new TableVersion(table.GetProperty("db").GetString() ?? "", table.GetProperty("table").GetString() ?? "",
                table.TryGetProperty("def", out var definition) ? TableDefinition.Read(definition) : null, table.TryGetProperty("unknown", out _)));
        }

        var databases = new List<(string, string?)>();
        foreach (var database in element.GetProperty("databases").EnumerateArray())
        {
            databases.Add((database.GetProperty("db").GetString() ?? "", database.GetProperty("charset").GetString()));
        }

        return new SchemaVersion(PositionJson.ReadMark(element), tables, databases);
    }
}
