import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.parser.IParser;
import ca.uhn.fhir.parser.LenientErrorHandler;
import ca.uhn.fhir.validation.FhirValidator;
import java.io.FileInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.hl7.fhir.common.hapi.validation.support.BaseValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.SnapshotGeneratingValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.UnknownCodeSystemWarningValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.r4.model.ValueSet;
import org.hl7.fhir.utilities.npm.NpmPackage;

/**
 * HL7's validator, offline: `java -cp … Hl7Validate.java FOLDER PACKAGE.tgz …` validates each .json of
 * the folder and prints a line of JSON for each: {"file", "errors": [{"at", "id", "text"}]}.
 */
class Hl7Validate {
  public static void main(String[] args) throws Exception {
    FhirContext context = FhirContext.forR4();
    FhirValidator validator = context.newValidator();
    validator.registerValidatorModule(instanceValidator(context, List.of(args).subList(1, args.length)));
    try (var files = Files.list(Path.of(args[0]))) {
      for (Path file : files.sorted().toList()) System.out.println(line(validator, file));
    }
  }

  private static FhirInstanceValidator instanceValidator(FhirContext context, List<String> packages) throws Exception {
    PrePopulatedValidationSupport definitions = new PrePopulatedValidationSupport(context);
    for (String each : packages) load(context, each, definitions);
    UnknownCodeSystemWarningValidationSupport unknown = new UnknownCodeSystemWarningValidationSupport(context);
    unknown.setNonExistentCodeSystemSeverity(IValidationSupport.IssueSeverity.WARNING);
    FhirInstanceValidator validator =
        new FhirInstanceValidator(
            new ValidationSupportChain(
                new DefaultProfileValidationSupport(context),
                definitions,
                new OfAnyVersion(context),
                new CommonCodeSystemsTerminologyService(context),
                new InMemoryTerminologyServerValidationSupport(context),
                new SnapshotGeneratingValidationSupport(context),
                unknown));
    validator.setAnyExtensionsAllowed(true);
    validator.setErrorForUnknownProfiles(false);
    return validator;
  }

  /** HAPI finds a base definition by its url alone, and guides name it with its version. */
  private static class OfAnyVersion extends BaseValidationSupport {
    private final DefaultProfileValidationSupport base;

    OfAnyVersion(FhirContext context) {
      super(context);
      base = new DefaultProfileValidationSupport(context);
    }

    @Override
    public <T extends IBaseResource> T fetchResource(Class<T> type, String canonical) {
      int version = canonical.indexOf('|');
      return version < 0 ? null : base.fetchResource(type, canonical.substring(0, version));
    }

    @Override
    public IBaseResource fetchStructureDefinition(String canonical) {
      int version = canonical.indexOf('|');
      return version < 0 ? null : base.fetchStructureDefinition(canonical.substring(0, version));
    }
  }

  private static void load(FhirContext context, String file, PrePopulatedValidationSupport into) throws Exception {
    IParser parser = context.newJsonParser();
    parser.setParserErrorHandler(new LenientErrorHandler(false));
    NpmPackage guide = NpmPackage.fromPackage(new FileInputStream(file));
    for (String name : guide.listResources("StructureDefinition", "ValueSet", "CodeSystem")) {
      Resource resource = (Resource) parser.parseResource(guide.loadResource(name));
      if (resource instanceof StructureDefinition structure) into.addStructureDefinition(structure);
      if (resource instanceof ValueSet set) into.addValueSet(set);
      if (resource instanceof CodeSystem system) into.addCodeSystem(system);
    }
  }

  private static String line(FhirValidator validator, Path file) throws Exception {
    StringBuilder out = new StringBuilder("{\"file\":" + quoted(file.getFileName().toString()) + ",\"errors\":[");
    String between = "";
    try {
      var result = validator.validateWithResult(Files.readString(file, StandardCharsets.UTF_8));
      for (var message : result.getMessages()) {
        if (message.getSeverity().ordinal() < 2) continue;
        out.append(between).append(error(message.getLocationString(), message.getMessageId(), message.getMessage()));
        between = ",";
      }
    } catch (Exception thrown) {
      out.append(between).append(error("", "thrown", String.valueOf(thrown.getMessage())));
    }
    return out.append("]}").toString();
  }

  private static String error(String at, String id, String text) {
    return "{\"at\":" + quoted(at) + ",\"id\":" + quoted(id) + ",\"text\":" + quoted(text) + "}";
  }

  private static String quoted(String text) {
    if (text == null) return "\"\"";
    StringBuilder out = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') out.append('\\').append(c);
      else if (c < ' ') out.append(String.format("\\u%04x", (int) c));
      else out.append(c);
    }
    return out.append('"').toString();
  }
}
