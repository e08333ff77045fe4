using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CdcEmbedded.Generators;

/// <summary>The code that reads a column into each supported type.</summary>
internal sealed class RowTypes
{
    private static readonly Dictionary<string, string> Methods = new()
    {
        ["global::System.DateOnly"] = "Date",
        ["global::System.TimeOnly"] = "TimeOfDay",
        ["global::System.TimeSpan"] = "TimeSpan",
        ["global::System.DateTime"] = "DateTime",
        ["global::System.DateTimeOffset"] = "DateTimeOffset",
        ["global::System.Guid"] = "Guid",
        ["global::CdcEmbedded.BigDecimal"] = "BigDecimal",
        ["global::CdcEmbedded.CalendarDateTime"] = "Calendar",
        ["global::System.Text.Json.JsonElement"] = "Json",
    };

    private readonly Dictionary<string, int> _enums = new();
    private readonly List<string> _enumCode = new();


    /// <summary>The tables of enumeration members, as code.</summary>
    public IReadOnlyList<string> Enums => _enumCode;

    /// <summary>Returns the code that reads a column; null if no value converts to the type.</summary>
    public string? Expression(ITypeSymbol type, int slot)
    {
        var name = Name(type.WithNullableAnnotation(NullableAnnotation.NotAnnotated));
        switch (name)
        {
            case "global::CdcEmbedded.DataValue":
                return $"row.Value({slot})";
            case "global::CdcEmbedded.DataRecord":
                return $"row.IsNull({slot}) ? default : row.Record({slot})";
        }

        if (type is INamedTypeSymbol { IsGenericType: true } generic)
        {
            var definition = Name(generic.ConstructedFrom);
            if (definition.StartsWith("global::CdcEmbedded.MaybeAbsent<", System.StringComparison.Ordinal))
            {
                var inner = generic.TypeArguments[0];
                return Expression(inner, slot) is { } read
                    ? $"row.IsPresent({slot}) ? new global::CdcEmbedded.MaybeAbsent<{Annotated(inner)}>({read}) : default" : null;
            }

            if (generic.ConstructedFrom.SpecialType == SpecialType.System_Nullable_T)
            {
                return Scalar(generic.TypeArguments[0], slot, isNullable: true);
            }
        }

        // Types that are not annotated, as in a file without nullable annotations, take null as the CLR does.
        return Scalar(type, slot, type.IsReferenceType && type.NullableAnnotation != NullableAnnotation.NotAnnotated);
    }

    private string? Scalar(ITypeSymbol type, int slot, bool isNullable)
    {
        if (Method(type) is { } method)
        {
            return $"row.{method}{(isNullable ? "OrNull" : "")}({slot})";
        }

        var name = Name(type.WithNullableAnnotation(NullableAnnotation.NotAnnotated));
        var read = type.TypeKind == TypeKind.Enum ? $"row.Enum({slot}, s_cdcEnum{EnumOf((INamedTypeSymbol)type)})"
            : IsRow(type) ? $"row.Record({slot}).To<{name}>()"
            : null;
        return read is null || !isNullable ? read : $"row.IsNull({slot}) ? null : ({name}?){read}";
    }

    private static string? Method(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_Boolean => "Boolean",
        SpecialType.System_SByte => "SByte",
        SpecialType.System_Byte => "Byte",
        SpecialType.System_Int16 => "Int16",
        SpecialType.System_UInt16 => "UInt16",
        SpecialType.System_Int32 => "Int32",
        SpecialType.System_UInt32 => "UInt32",
        SpecialType.System_Int64 => "Int64",
        SpecialType.System_UInt64 => "UInt64",
        SpecialType.System_Single => "Single",
        SpecialType.System_Double => "Double",
        SpecialType.System_Decimal => "Decimal",
        SpecialType.System_String => "String",
        _ => type is IArrayTypeSymbol { Rank: 1 } array ? array.ElementType.SpecialType switch
        {
            SpecialType.System_Byte => "Bytes",
            SpecialType.System_Single => "Vector",
            SpecialType.System_String => "Strings",
            _ => null,
        }
        : Methods.TryGetValue(Name(type), out var method) ? method : null,
    };

    private static bool IsRow(ITypeSymbol type) => type.GetAttributes().Any(a => a.AttributeClass?.Name == "CdcRowAttribute")
        || type.AllInterfaces.Any(i => i.Name == "IDataRow" && i.ContainingNamespace.ToDisplayString() == "CdcEmbedded");

    private int EnumOf(INamedTypeSymbol type)
    {
        var name = Name(type);
        if (_enums.TryGetValue(name, out var index))
        {
            return index;
        }

        index = _enums.Count;
        _enums.Add(name, index);
        var isFlags = type.GetAttributes().Any(a => a.AttributeClass?.Name == "FlagsAttribute");
        var members = type.GetMembers().OfType<IFieldSymbol>().Where(f => f.HasConstantValue).SelectMany(f => Labels(f)
            .Select(label => $"({SymbolDisplay.FormatLiteral(label, quote: true)}, {name}.@{f.Name})"));
        _enumCode.Add($"private static readonly global::CdcEmbedded.Rows.EnumLabels<{name}> s_cdcEnum{index} = new("
            + $"static member => unchecked((long)member), {(isFlags ? $"static number => unchecked(({name})number)" : "null")}, "
            + $"{string.Join(", ", members)});");
        return index;
    }

    // The label of [EnumMember] or [JsonStringEnumMemberName], and the member's own name.
    private static IEnumerable<string> Labels(IFieldSymbol field)
    {
        foreach (var attribute in field.GetAttributes())
        {
            var label = attribute.AttributeClass?.Name switch
            {
                "EnumMemberAttribute" => attribute.NamedArguments.FirstOrDefault(a => a.Key == "Value").Value.Value as string,
                "JsonStringEnumMemberNameAttribute" when attribute.ConstructorArguments.Length == 1
                    => attribute.ConstructorArguments[0].Value as string,
                _ => null,
            };
            if (label is not null)
            {
                yield return label;
            }
        }

        yield return field.Name;
    }

    private static string Name(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);

    private static string Annotated(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier));
}
