using System.Reflection;
using System.Reflection.Metadata;

namespace PublicDocumentation;

/// <summary>Lists the documentation IDs of what other assemblies can see: public and protected members of types that
/// are so themselves.</summary>
/// <remarks>C# specification, annex D.4.2 (ID string format).</remarks>
internal sealed class VisibleMembers(MetadataReader reader)
{
    private readonly IdTypeNames _names = new();
    private readonly HashSet<string> _ids = [];

    public IReadOnlySet<string> Ids()
    {
        foreach (var handle in reader.TypeDefinitions)
        {
            if (IsVisible(handle))
            {
                AddMembers(handle);
            }
        }

        return _ids;
    }

    private void AddMembers(TypeDefinitionHandle handle)
    {
        var type = reader.GetTypeDefinition(handle);
        var name = _names.GetTypeFromDefinition(reader, handle, 0);
        _ids.Add("T:" + name);
        foreach (var field in type.GetFields().Select(reader.GetFieldDefinition)
            .Where(f => IsVisible((MethodAttributes)(f.Attributes & FieldAttributes.FieldAccessMask))))
        {
            _ids.Add($"F:{name}.{reader.GetString(field.Name)}");
        }

        foreach (var method in type.GetMethods().Select(reader.GetMethodDefinition).Where(m => IsVisible(m.Attributes)))
        {
            _ids.Add($"M:{name}.{Id(method)}");
        }

        foreach (var property in type.GetProperties().Select(reader.GetPropertyDefinition))
        {
            var accessors = property.GetAccessors();
            if (IsVisible(accessors.Getter) || IsVisible(accessors.Setter))
            {
                _ids.Add($"P:{name}.{Escaped(property.Name)}{Parameters(property.DecodeSignature(_names, null))}");
            }
        }

        foreach (var e in type.GetEvents().Select(reader.GetEventDefinition).Where(e => IsVisible(e.GetAccessors().Adder)))
        {
            _ids.Add($"E:{name}.{Escaped(e.Name)}");
        }
    }

    private string Id(MethodDefinition method)
    {
        var signature = method.DecodeSignature(_names, null);
        var name = Escaped(method.Name);
        var arity = signature.GenericParameterCount > 0 ? $"``{signature.GenericParameterCount}" : "";
        var result = name is "op_Implicit" or "op_Explicit" ? "~" + signature.ReturnType : "";
        return name + arity + Parameters(signature) + result;
    }

    private string Escaped(StringHandle name) => reader.GetString(name).Replace('.', '#');

    private static string Parameters(MethodSignature<string> signature)
        => signature.ParameterTypes.IsEmpty ? "" : $"({string.Join(',', signature.ParameterTypes)})";

    private bool IsVisible(TypeDefinitionHandle handle)
    {
        var type = reader.GetTypeDefinition(handle);
        var visibility = type.Attributes & TypeAttributes.VisibilityMask;
        return visibility == TypeAttributes.Public
            || (visibility is TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem
            && IsVisible(type.GetDeclaringType()));
    }

    private bool IsVisible(MethodDefinitionHandle handle) => !handle.IsNil && IsVisible(reader.GetMethodDefinition(handle).Attributes);

    // Fields have the same numbers for their access.
    private static bool IsVisible(MethodAttributes attributes)
        => (attributes & MethodAttributes.MemberAccessMask) is MethodAttributes.Public or MethodAttributes.Family
            or MethodAttributes.FamORAssem;
}
