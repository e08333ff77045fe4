namespace CdcEmbedded.Sources;

/// <summary>The records of one event of a source, undecoded: what a <see cref="Record"/> points into. Adapters derive from it.</summary>
/// <remarks>Immutable once handed out, and safe to read from any thread.</remarks>
public abstract class RecordSet
{
    /// <summary>The table's schema; null for sources without one, whose records each have fields of their own.</summary>
    public abstract TableSchema? Schema { get; }

    /// <summary>The number of fields of a record.</summary>
    public abstract int GetFieldCount(int record);

    /// <summary>The name of a field.</summary>
    public abstract string GetFieldName(int record, int field);

    /// <summary>The place of a field by its name; -1 where there is none.</summary>
    public abstract int IndexOf(int record, string name);

    /// <summary>Decodes one field. Called for every read, so it allocates nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field: the place is checked here and nowhere else.</exception>
    public abstract Value GetValue(int record, int field);
}
