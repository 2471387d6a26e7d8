{{- define "tot.name" -}}
{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- define "tot.labels" -}}
app.kubernetes.io/name: tap-or-tarp
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
{{- define "tot.selector" -}}
app.kubernetes.io/name: tap-or-tarp
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
{{- define "tot.secretKeys" -}}
{{ and .Values.secret.create (not .Values.secret.existingSecret) | ternary (keys .Values.secret.values) .Values.secret.existingKeys | sortAlpha | join " " }}
{{- end }}
{{- define "tot.secret" -}}
{{ .Values.secret.existingSecret | default (printf "%s-secrets" (include "tot.name" .)) }}
{{- end }}
