namespace CdcEmbedded.Offsets;

/// <summary>The type of a column of a <see cref="DbTable"/>. No column is nullable.</summary>
public enum DbColumnType
{
    /// <summary>A text of at most <see cref="DbTable.MaxNameLength"/> characters, compared by its characters; the primary key.</summary>
    Key,

    /// <summary>A number of 64 bits that the database counts up; the primary key.</summary>
    Identity,

    /// <summary>A text of at most <see cref="DbTable.MaxNameLength"/> characters, compared by its characters.</summary>
    Name,

    /// <summary>A number of 64 bits.</summary>
    Number,

    /// <summary>A text of any length, compared by its characters.</summary>
    Text,
}
