using CdcEmbedded.MySql.Binlog.Columns;

namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>Reads a column's definition after its name: the type, then attributes in any order.</summary>
internal static class ColumnReader
{
    // Attributes without a value that change nothing of what a row event holds.
    private static readonly HashSet<string> Passed = new(StringComparer.OrdinalIgnoreCase)
    {
        "VIRTUAL", "ENFORCED", "VISIBLE",
    };

    // The same with one value.
    private static readonly HashSet<string> PassedWithValue = new(StringComparer.OrdinalIgnoreCase)
    {
        "COMMENT", "COLUMN_FORMAT", "STORAGE", "ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE", "SRID", "REF_SYSTEM_ID",
    };

    /// <summary>Reads the definition up to a comma, a closing parenthesis, or FIRST or AFTER.</summary>
    public static ColumnDraft Read(SqlTokens tokens, string name, CharacterSets sets, in StatementContext context)
    {
        var column = new ColumnDraft { Name = name, TypeText = "", IsDefinedHere = true };
        ColumnTypeReader.Read(tokens, column, context);
        while (!IsAtEnd(tokens))
        {
            ReadAttribute(tokens, column);
        }

        TextTypeReader.Complete(column, sets);
        return column;
    }

    /// <summary>What may follow a definition; partitioning does without a comma.</summary>
    private static bool IsAtEnd(SqlTokens tokens)
        => tokens.IsAtEnd || tokens.Peek().Is(',') || tokens.Peek().Is("FIRST") || tokens.Peek().Is("AFTER")
        || (tokens.Peek().Is("REMOVE") && tokens.Peek(1).Is("PARTITIONING")) || (tokens.Peek().Is("PARTITION") && tokens.Peek(1).Is("BY"));

    private static void ReadAttribute(SqlTokens tokens, ColumnDraft column)
    {
        if (tokens.TryTake("NOT", "NULL"))
        {
            column.IsNullable = false;
        }
        else if (tokens.TryTake("NOT", "ENFORCED") || tokens.TryTake("NOT", "SECONDARY"))
        {
            // Nothing that a row event shows.
        }
        else if (tokens.TryTake("NULL"))
        {
            column.IsNullable = true;
        }
        else if (tokens.TryTake("INVISIBLE"))
        {
            column.IsVisible = false;
        }
        else if (tokens.TryTake("AUTO_INCREMENT"))
        {
            column.IsNullable = false;
        }
        else if (tokens.TryTake("SERIAL", "DEFAULT", "VALUE"))
        {
            column.IsNullable = false;
            column.IsUnique = true;
        }
        else if (tokens.TryTake("PRIMARY"))
        {
            tokens.TryTake("KEY");
            MakeKey(column);
        }
        else if (tokens.TryTake("KEY"))
        {
            MakeKey(column);
        }
        else if (tokens.TryTake("UNIQUE"))
        {
            tokens.TryTake("KEY");
            column.IsUnique = true;
        }
        else if (tokens.TryTake("DEFAULT"))
        {
            SkipExpression(tokens);
        }
        else if (tokens.TryTake("ON", "UPDATE"))
        {
            SkipExpression(tokens);
        }
        else
        {
            ReadRareAttribute(tokens, column);
        }
    }

    private static void ReadRareAttribute(SqlTokens tokens, ColumnDraft column)
    {
        if (tokens.TryTake("GENERATED", "ALWAYS", "AS") || tokens.TryTake("AS"))
        {
            if (tokens.TryTake("ROW"))
            {
                // START or END: the period of a system-versioned table.
                column.IsRowEnd = tokens.Take().Is("END");
                column.IsNullable = false;
            }
            else if (!tokens.TrySkipParentheses())
            {
                throw SqlTokens.Unexpected("(", tokens.Peek());
            }
            else
            {
                column.IsVirtual = true;
            }
        }
        else if (tokens.TryTake("STORED") || tokens.TryTake("PERSISTENT"))
        {
            column.IsVirtual = false;
        }
        else if (tokens.TryTake("COLLATE"))
        {
            TextTypeReader.Collate(column, TextTypeReader.CharacterSetOf(tokens.TakeName()));
        }
        else if (tokens.TryTake("CONSTRAINT"))
        {
            if (!tokens.Peek().Is("CHECK"))
            {
                tokens.TakeName();
            }
        }
        else if (tokens.TryTake("CHECK"))
        {
            tokens.TrySkipParentheses();
        }
        else if (tokens.TryTake("REFERENCES"))
        {
            SkipReference(tokens);
        }
        else if (tokens.TryTake("WITH", "SYSTEM", "VERSIONING"))
        {
            // It makes the table versioned even where the table's options do not (MariaDB's manual, "System-Versioned Tables").
            column.IsVersioned = true;
        }
        else if (tokens.TryTake("WITHOUT", "SYSTEM", "VERSIONING"))
        {
            // Which columns of a versioned table have a history.
        }
        else if (tokens.TryTake("COMPRESSED"))
        {
            if (tokens.TryTake('='))
            {
                tokens.Take();
            }
        }
        else
        {
            PassAttribute(tokens);
        }
    }

    private static void PassAttribute(SqlTokens tokens)
    {
        var word = tokens.Take();
        if (word.IsName && tokens.TryTake('='))
        {
            // Attributes of MariaDB's storage engines may have any name.
            tokens.Take();
        }
        else if (word.Kind == SqlTokenKind.Word && PassedWithValue.Contains(word.Text))
        {
            tokens.Take();
        }
        else if (word.Kind != SqlTokenKind.Word || !Passed.Contains(word.Text))
        {
            throw new SqlUnreadableException($"the attribute '{word.Text}' is not known");
        }
    }

    private static void MakeKey(ColumnDraft column)
    {
        column.IsKey = true;
        column.IsNullable = false;
    }

    /// <summary>Skips a default: a literal with its sign or prefix, a function with its arguments, or an expression in
    /// parentheses.</summary>
    public static void SkipExpression(SqlTokens tokens)
    {
        if (tokens.TrySkipParentheses())
        {
            return;
        }

        while (tokens.TryTake('-') || tokens.TryTake('+'))
        {
        }

        var first = tokens.Take();
        if (first.Kind == SqlTokenKind.Word && first.Text.StartsWith('_') && tokens.Peek() is { Kind: SqlTokenKind.Word } word
            && (word.Is("x") || word.Is("b") || char.IsAsciiDigit(word.Text[0])))
        {
            // _utf8 x'41', _latin1 0x41.
            first = tokens.Take();
        }

        while (first.Kind is SqlTokenKind.Word or SqlTokenKind.Text && tokens.Peek().Kind == SqlTokenKind.Text)
        {
            // _utf8'x', x'00', b'1', DATE '2024-01-01', 'a' 'b'.
            tokens.Take();
        }

        if (tokens.TryTake('.'))
        {
            // A function's or a sequence's name after its database's.
            tokens.Take();
        }

        if (first.Is("NEXT") || first.Is("PREVIOUS"))
        {
            // NEXT VALUE FOR s
            tokens.Take();
            tokens.Take();
            tokens.TakeTable("");
        }

        tokens.TrySkipParentheses();
    }

    private static void SkipReference(SqlTokens tokens)
    {
        tokens.TakeTable("");
        tokens.TrySkipParentheses();
        while (true)
        {
            if (tokens.TryTake("MATCH"))
            {
                tokens.Take();
            }
            else if (tokens.Peek().Is("ON") && (tokens.Peek(1).Is("DELETE") || tokens.Peek(1).Is("UPDATE")))
            {
                tokens.Take();
                tokens.Take();
                if (!tokens.TryTake("SET"))
                {
                    tokens.TryTake("NO");
                }

                tokens.Take();
            }
            else
            {
                return;
            }
        }
    }
}
