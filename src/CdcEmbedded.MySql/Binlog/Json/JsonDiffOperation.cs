namespace CdcEmbedded.MySql.Binlog.Json;

/// <summary>What a difference does at its path (sql-common/json_diff.h, enum_json_diff_operation).</summary>
internal enum JsonDiffOperation : byte
{
    /// <summary>Replaces an existing value.</summary>
    Replace = 0,

    /// <summary>Adds a member that does not exist, or inserts a value before an array's cell or at its end.</summary>
    Insert = 1,

    /// <summary>Removes a member or a cell.</summary>
    Remove = 2,
}
