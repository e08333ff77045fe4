using System.Text;
using CdcEmbedded.Transforms;

namespace CdcEmbedded;

/// <summary>One rule of <see cref="CdcEngineOptions.Transforms"/>: a filter, a mask or another name. Immutable; may be used
/// by several engines.</summary>
/// <remarks>
/// <para>Patterns are <c>database.table</c>, or <c>database.table.column</c> for columns; <c>*</c> matches any characters, or none,
/// <c>?</c> one; a name in backticks is literal. In documents a column is a path, such as <c>shop.orders.address.street</c>, which goes
/// through arrays into each of their elements. Case is ignored in rows; in documents it counts.</para>
/// <para>Filters and masks see the names of the source: new names are given last. Rules apply to changes and to the rows of snapshots, and
/// before anything sees a record: JSON, logs and handlers see what the rules leave. Transactions count what is left; what is dropped still
/// moves the offset. <see cref="SourceInfo"/> keeps the source's names, and loses whatever holds values of the row, such as the
/// statement, if a column of the table is hidden.</para>
/// <para>Nulls and absent columns stay what they are. A hidden column holds text.</para>
/// </remarks>
public abstract class Transform
{
    private protected Transform()
    {
    }

    /// <summary>What happens to a table that the rule means, if a misspelled name does not match it.</summary>
    internal abstract string LossWithoutMatch { get; }

    /// <summary>True if the rule's pattern of tables has a wildcard.</summary>
    internal abstract bool HasWildcard { get; }

    /// <summary>True if the rule's pattern matches every table.</summary>
    internal abstract bool MatchesAll { get; }

    /// <summary>True if the rule's pattern matches a table.</summary>
    internal abstract bool Matches(string database, string table, bool ignoreCase);

    /// <summary>Keeps the changes of tables that match, or that match another rule of this kind; drops all others.</summary>
    /// <param name="tables">The pattern.</param>
    /// <exception cref="ArgumentException">The pattern is invalid; the message says why.</exception>
    public static Transform IncludeTables(string tables) => new TableRule(tables, isInclude: true);

    /// <summary>Drops the changes of tables that match, even if another rule includes them.</summary>
    /// <param name="tables">The pattern.</param>
    /// <exception cref="ArgumentException">The pattern is invalid; the message says why.</exception>
    public static Transform ExcludeTables(string tables) => new TableRule(tables, isInclude: false);

    /// <summary>Keeps the changes of matching tables that fulfil a condition; other tables are not concerned.</summary>
    /// <param name="tables">The pattern.</param>
    /// <param name="condition">Called by the reading flow for each change as the source has it, before masks. If it throws,
    /// the stream fails.</param>
    /// <exception cref="ArgumentException">The pattern is invalid; the message says why.</exception>
    public static Transform Where(string tables, Func<ChangeEvent, bool> condition) => new RowRule(tables, condition);

    /// <summary>Keeps the columns that match, or that match another rule of this kind, and the key; drops the other columns
    /// of the tables.</summary>
    /// <param name="columns">The pattern.</param>
    /// <exception cref="ArgumentException">The pattern is invalid; the message says why.</exception>
    public static Transform IncludeColumns(string columns) => new ColumnRule(columns, "IncludeColumns") { IsInclude = true };

    /// <summary>Drops the columns that match.</summary>
    /// <param name="columns">The pattern. A column of the key is refused when its table is first seen.</param>
    /// <exception cref="ArgumentException">The pattern is invalid; the message says why.</exception>
    public static Transform ExcludeColumns(string columns) => new ColumnRule(columns, "ExcludeColumns") { IsExclude = true };

    /// <summary>Replaces the values of columns by a text. They are not decoded.</summary>
    /// <param name="columns">The pattern. A column of the key is refused when its table is first seen, because all keys would be
    /// equal: hash it.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="ArgumentException">The pattern is invalid; the message says why.</exception>
    public static Transform Mask(string columns, string text = "***") => new ColumnRule(columns, "Mask") { Change = new Constant(text) };

    /// <summary>Replaces the values of columns by as many asterisks, whatever their own length.</summary>
    /// <param name="columns">The pattern; as for <see cref="Mask"/>.</param>
    /// <param name="length">Number of asterisks, 0 to 65,535.</param>
    /// <exception cref="ArgumentException">The pattern is invalid, or the length out of range.</exception>
    public static Transform MaskWithLength(string columns, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, ushort.MaxValue);
        return new ColumnRule(columns, "MaskWithLength") { Change = new Constant(new string('*', length)) };
    }

    /// <summary>Replaces the values of columns by the 64 hexadecimal digits of the SHA-256 of a salt and the value: equal values remain
    /// equal, in the key too.</summary>
    /// <param name="columns">The pattern.</param>
    /// <param name="salt">A secret text of at least 8 characters. Without it, a list of likely values reveals the real ones.</param>
    /// <exception cref="ArgumentException">The pattern is invalid, or the salt too short.</exception>
    public static Transform Hash(string columns, string salt)
    {
        ArgumentNullException.ThrowIfNull(salt);
        return salt.Length >= 8 ? new ColumnRule(columns, "Hash") { Change = new SaltedHash(Encoding.UTF8.GetBytes(salt)) }
            : throw new ArgumentException($"The salt for '{columns}' has {salt.Length} characters; at least 8 are needed.", nameof(salt));
    }

    /// <summary>Cuts texts after a number of characters, and bytes after a number of bytes. Values of other kinds fail.</summary>
    /// <param name="columns">The pattern. A column of the key is refused when its table is first seen.</param>
    /// <param name="length">Number of characters that remain; 0 or more.</param>
    /// <exception cref="ArgumentException">The pattern is invalid, or the length negative.</exception>
    public static Transform Truncate(string columns, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return new ColumnRule(columns, "Truncate") { Change = new Cut(length, columns) };
    }

    /// <summary>Gives tables another name.</summary>
    /// <param name="tables">The pattern.</param>
    /// <param name="newName">The new <c>database.table</c>. Each <c>*</c> in it stands for what the same <c>*</c> of
    /// the pattern matches.</param>
    /// <exception cref="ArgumentException">A pattern is invalid, or the new name has more <c>*</c> than the pattern.</exception>
    public static Transform RenameTables(string tables, string newName) => new TableRename(tables, newName);

    /// <summary>Gives columns another name.</summary>
    /// <param name="columns">The pattern; in documents of the first level.</param>
    /// <param name="newName">The new name of the column. Each <c>*</c> in it stands for what the same <c>*</c> of the
    /// pattern's column matches.</param>
    /// <exception cref="ArgumentException">A pattern is invalid or is a path, or the new name has more <c>*</c>
    /// than the pattern.</exception>
    public static Transform RenameColumns(string columns, string newName) => new ColumnRule(columns, "RenameColumns", newName);
}
