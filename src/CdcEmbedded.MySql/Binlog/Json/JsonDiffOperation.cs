namespace CdcEmbedded.MySql.Binlog.Json;

/// <summary>What a difference does at its path (sql-common/json_diff.h, enum_json_diff_operation).</summary>
internal enum JsonDiffOperation : byte
{
    /// <summary>Puts another value in the place of one that is there.</summary>
    Replace = 0,

    /// <summary>Adds a member that is not there, or pushes a value in before an array's cell or at its end.</summary>
    Insert = 1,

    /// <summary>Takes a member or a cell out.</summary>
    Remove = 2,
}
